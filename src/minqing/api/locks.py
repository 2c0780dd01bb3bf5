"""The lock of an operation: that of a page (``kernel.pages``), for views that return schemas instead of answers.

Whoever comes with a token needs its scope besides: the lock says what the appointment may, the scope what the token is
for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from minqing.kernel.access import Capability
from minqing.kernel.pages import page

View = TypeVar("View", bound=Callable[..., Any])


def operation(
    to: Capability | list[Capability] | None = None, *, public: str = "", scope: str = ""
) -> Callable[[View], View]:
    """Lock an operation with a capability and a scope, or say why it is open. Nobody known was refused before."""
    if bool(public) == bool(scope):
        raise TypeError("an operation is public, or names the scope that a token must have")

    def lock(view: View) -> View:
        @wraps(view)
        def scoped(request: Any, *args: Any, **kwargs: Any) -> Any:
            bearer = getattr(request, "bearer", None)
            if scope and bearer is not None:
                bearer.require(scope)
            return view(request, *args, **kwargs)

        return cast(View, page(to, public=public)(scoped))

    return lock
