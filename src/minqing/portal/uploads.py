"""Residents' photos stay in memory until they are made anew: not even a temporary file holds where one was taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest

P = ParamSpec("P")
View = Callable[Concatenate[OfficialRequest, P], HttpResponseBase]

# Six photos straight from a phone's camera; the page shrinks them to half a megabyte each where it can.
POST_BYTES_MAX: Final = 40 * 1024 * 1024


class InMemory(MemoryFileUploadHandler):
    """Keep every upload in memory, and refuse a post that is too big for that."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # Django's own name  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Decide by the announced length, before anything is read."""
        if content_length > POST_BYTES_MAX:
            most = POST_BYTES_MAX // 1024 // 1024
            raise Refused(f"照片加起来超过 {most} MB，没有提交成功。请返回上一页，少选几张再提交。")
        self.activated = True


def in_memory_only(view: View[P]) -> View[P]:
    """Take the post's files into memory. Must stand right inside ``page``: the form's token is checked after it."""
    guarded = csrf_protect(view)

    @csrf_exempt  # checked by `guarded`, once the handler is in place: the check reads the post
    @wraps(view)
    def taken(request: OfficialRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.upload_handlers = [InMemory(request)]
        return guarded(request, *args, **kwargs)

    return taken
