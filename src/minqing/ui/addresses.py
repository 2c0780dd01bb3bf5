"""Addresses of pages, made once for each page and filled in: a list asks for the same one with other ids.

Django looks a name up and tries its patterns each time (some forty calls). Where what is filled in is an id (a UUID),
the address is kept with a place for it; any other part belongs to what is kept. Addresses change with no more than the
list of pages and the path that the whole site stands under.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import NoReverseMatch, get_script_prefix, reverse

KEPT_MAX: Final = 2000
# Ids that nobody has, to find the places of those that are given.
_PLACES: Final = tuple(UUID(int=(0x5EED << 64) + place) for place in range(4))
# Keys of steps, tabs, lists. A code or a token that stands in an address is nobody's to keep.
_is_word: Final = re.compile(r"[a-z_]{1,40}").fullmatch
_kept: Final[dict[tuple[str | None, ...], tuple[str, ...] | None]] = {}


def address(name: str, *args: Any) -> str:
    """Return the address of a page, as ``reverse`` does, with the parts of it in order."""
    ids: list[str] = []
    words: list[str | None] = [name, get_script_prefix()]
    for one in args:
        if type(one) is UUID:
            ids.append(str(one))
            words.append(None)
        elif type(one) is str and _is_word(one):
            words.append(one)
        else:
            return reverse(name, args=args)
    if len(ids) > len(_PLACES):
        return reverse(name, args=args)
    key = tuple(words)
    pieces = _kept[key] if key in _kept else _keep(key, name, args)
    if pieces is None:
        return reverse(name, args=args)
    if not ids:
        return pieces[0]
    return "".join([pieces[0], *[part for pair in zip(ids, pieces[1:], strict=True) for part in pair]])


def address_of(name: str, args: Sequence[Any], given: Mapping[str, Any], silent: bool) -> str:
    """Return the address that ``{% url %}`` writes; ``silent``: a page that is not there has none."""
    try:
        return reverse(name, args=args, kwargs=dict(given)) if given else address(name, *args)
    except NoReverseMatch:
        if not silent:
            raise
        return ""


def _keep(key: tuple[str | None, ...], name: str, args: Sequence[Any]) -> tuple[str, ...] | None:
    """Find what stands around the ids of an address; None where they do not stand in it one after the other."""
    places = iter(_PLACES)
    put = [next(places) if type(one) is UUID else one for one in args]
    rest, pieces = reverse(name, args=put), []
    for one in put:
        if type(one) is UUID:
            before, found, rest = rest.partition(str(one))
            if not found:
                return None
            pieces.append(before)
    if len(_kept) < KEPT_MAX:
        _kept[key] = (*pieces, rest)
    return (*pieces, rest)
