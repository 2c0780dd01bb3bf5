"""The content security policy: one for every page, so it is written once and not for every answer."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Django's own pages for whoever develops are made of styles and scripts within the page.
_DEVELOPERS: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}


class PolicyMiddleware:
    """Puts the policy of the settings on every answer; none of our views has another, or a nonce."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._directives: object = None
        self._policy = ""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in _DEVELOPERS):
            if self._directives is not settings.CONTENT_SECURITY_POLICY:
                self._policy, self._directives = build_policy(), settings.CONTENT_SECURITY_POLICY
            response.headers.setdefault(HEADER, self._policy)
        return response
