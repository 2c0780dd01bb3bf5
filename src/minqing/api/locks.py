"""The lock of an operation: that of a page (``kernel.pages``), for views that return schemas instead of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from minqing.kernel.access import Capability
from minqing.kernel.pages import page

View = TypeVar("View", bound=Callable[..., Any])


def operation(to: Capability | None = None, *, public: str = "") -> Callable[[View], View]:
    """Lock an operation with a capability, or say why it is open. Whoever is not signed in was refused before."""
    return cast("Callable[[View], View]", page(to, public=public))
