"""One answer in two formats: a tree of plain values becomes XML or JSON as GeoReport v2 pairs them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers

from minqing.kernel.clock import local

XML, JSON = "xml", "json"
FORMATS: Final = {XML: "text/xml", JSON: "application/json"}
# What a list's elements are called in XML; JSON leaves both names out.
_ONE_OF: Final = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
# XML 1.0 has no way to write these, not even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(name: str, content: Any, form: str, status: int = 200) -> HttpResponse:
    """Return an answer: in XML under the element ``name``, in JSON the content itself. Nobody keeps it."""
    if form == XML:
        root = _element(name, content)
        body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    else:
        body = json.dumps(content, ensure_ascii=False, default=_text, indent=1).encode()
    response = HttpResponse(body, status=status, content_type=f"{FORMATS[form]}; charset=utf-8")
    add_never_cache_headers(response)
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def errors(status: int, description: str, form: str) -> HttpResponse:
    """Return a refusal as the specification shapes it: a list of codes with descriptions."""
    return answer("errors", [{"code": status, "description": description}], form, status)


def w3(at: datetime) -> str:
    """Return a time as W3C's note has it, to the second, with the county's offset."""
    return local(at).isoformat(timespec="seconds")


def _element(name: str, content: Any) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(content, Mapping):
        made.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        made.extend(_element(_ONE_OF[name], one) for one in content)
    elif content is not None:
        made.text = _NOT_XML.sub("", _text(content))
    return made


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return w3(value) if isinstance(value, datetime) else str(value)
