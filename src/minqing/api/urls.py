"""The addresses of the interface. Each carries the locks of its operation, for the guards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path

from minqing.api import converters as converters  # registers them
from minqing.api import pages
from minqing.api.door import ROUTERS, api
from minqing.api.errors import method_named


def _operations() -> Iterator[URLPattern]:
    """Yield ninja's addresses without its root page, each with the locks of the operation behind it."""
    locks: dict[str | None, Any] = {
        operation.url_name: operation.view_func.locks  # type: ignore[attr-defined]  # set by kernel.pages.page
        for router in ROUTERS
        for view in router.path_operations.values()
        for operation in view.operations
    }
    for one in api.urls[0]:
        if isinstance(one, URLPattern) and one.name in locks:
            one.callback = method_named(one.callback, api)
            one.callback.locks = locks[one.name]  # type: ignore[attr-defined]  # as on every page
            yield one


app_name = "api"
urlpatterns = [
    path("", pages.operations, name="operations"),
    path("openapi.json", pages.openapi, name="openapi"),
    *_operations(),
    path("<anything:rest>", pages.missing, name="missing"),
]
