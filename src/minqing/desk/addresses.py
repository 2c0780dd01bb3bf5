"""Whole addresses of the residents' door, as they are printed and scanned."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse


def receipt_address(request: HttpRequest, code: str) -> str:
    """Return where the holder of a receipt follows the case."""
    return request.build_absolute_uri(reverse("portal:receipt", args=[code]))


def door_address(request: HttpRequest, code: str) -> str:
    """Return where a scanned door code leads."""
    return request.build_absolute_uri(reverse("portal:door", args=[code]))
