"""The texts of the demonstration, taken apart once: a text for a visit or a case then costs microseconds.

The notation is that of `seed.words.fill`: `[甲|乙]` is a choice and may nest, `{2-5}` a number, `{name}` a slot. The
tests hold that every text made here is one that `fill` can make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random
from typing import Final

from minqing.seed.words import RANGE, SLOT

Slots = Mapping[str, str]
Piece = str | Callable[[Random, Slots], str]


class Text:
    """One text with its choices, ready to be said."""

    __slots__ = ("_pieces", "_plain")

    def __init__(self, written: str) -> None:
        pieces = _parts(written)
        self._plain = "".join(pieces) if all(isinstance(one, str) for one in pieces) else None  # type: ignore[arg-type]
        self._pieces = pieces

    def say(self, rng: Random, slots: Slots) -> str:
        """Say it once."""
        if self._plain is not None:
            return self._plain
        return "".join([one if isinstance(one, str) else one(rng, slots) for one in self._pieces])


@cache
def text(written: str) -> Text:
    """Take a text apart, once."""
    return Text(written)


def one_of(texts: Sequence[str], rng: Random, slots: Slots) -> str:
    """Say one of several texts."""
    return text(texts[int(rng.random() * len(texts))]).say(rng, slots)


def _parts(written: str) -> tuple[Piece, ...]:
    """Split at the outermost brackets."""
    parts: list[Piece] = []
    plain, depth, start = 0, 0, 0
    for place, letter in enumerate(written):
        if letter == "[":
            if depth == 0:
                parts += _plain_parts(written[plain:place])
                start = place + 1
            depth += 1
        elif letter == "]":
            depth -= 1
            if depth == 0:
                parts.append(_choice(written[start:place]))
                plain = place + 1
    return (*parts, *_plain_parts(written[plain:]))


def _choice(written: str) -> Piece:
    """A choice among alternatives, split at the bars that are not inside an inner choice."""
    options: list[str] = [""]
    depth = 0
    for letter in written:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and depth == 0:
            options.append("")
        else:
            options[-1] += letter
    made = tuple(Text(option) for option in options)
    count = len(made)

    def choose(rng: Random, slots: Slots) -> str:
        return made[int(rng.random() * count)].say(rng, slots)

    return choose


def _plain_parts(written: str) -> list[Piece]:
    """Split text without choices at its numbers and slots."""
    parts: list[Piece] = []
    place = 0
    while place < len(written):
        found = min(
            (match for match in (RANGE.search(written, place), SLOT.search(written, place)) if match),
            key=lambda match: match.start(),
            default=None,
        )
        if found is None:
            break
        if found.start() > place:
            parts.append(written[place : found.start()])
        parts.append(_number(int(found[1]), int(found[2])) if found.re is RANGE else _slot(found[1]))
        place = found.end()
    return [*parts, written[place:]] if place < len(written) else parts


def _number(first: int, last: int) -> Piece:
    span: Final = last - first + 1

    def number(rng: Random, slots: Slots) -> str:
        return str(first + int(rng.random() * span))

    return number


def _slot(name: str) -> Piece:
    def slot(rng: Random, slots: Slots) -> str:
        return slots[name]

    return slot
