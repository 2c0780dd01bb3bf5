"""Every address of the platform: what the guards over the whole walk along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from minqing.kernel.pages import Lock


@dataclass(frozen=True)
class Address:
    """One address: the name it is reversed by, its route as written, its view, and the names of its arguments."""

    name: str
    route: str
    view: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def locks(self) -> tuple[Lock, ...]:
        return tuple(getattr(self.view, "locks", ()))

    @property
    def is_public(self) -> bool:
        return any(lock.capability is None and not lock.signed_in for lock in self.locks)

    def filled(self, **values: object) -> str:
        """Return the address with its arguments filled in."""
        return reverse(self.name, kwargs={name: values[name] for name in self.arguments})


@cache
def addresses() -> tuple[Address, ...]:
    """Return every address of ours, machine interfaces included."""
    return tuple(_walk(get_resolver().url_patterns, "", (), ()))


def _walk(
    patterns: list[Any], above: str, spaces: tuple[str, ...], given: tuple[str, ...]
) -> Iterator[Address]:
    for one in patterns:
        route = above + str(one.pattern)
        arguments = given + tuple(one.pattern.converters) + _groups(one.pattern)
        if isinstance(one, URLResolver):
            inside = (*spaces, one.namespace) if one.namespace else spaces
            yield from _walk(one.url_patterns, route, inside, arguments)
        elif isinstance(one, URLPattern):
            name = ":".join((*spaces, one.name or f"<{route}>"))
            yield Address(name, route, one.callback, arguments)


def _groups(pattern: Any) -> tuple[str, ...]:
    regex = getattr(pattern, "regex", None)
    names = set(regex.groupindex) - set(pattern.converters) if regex is not None else set()
    return tuple(sorted(names))
