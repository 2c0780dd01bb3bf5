"""Compose Chinese names and sentences from the tables under `data/`, by a seeded generator."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any

CHOICE = re.compile(r"\[([^\[\]]*)\]")
RANGE = re.compile(r"\{(\d+)-(\d+)\}")
SLOT = re.compile(r"\{([a-z_]+)\}")
GIVEN_ERAS = (1950, 1965, 1980, 1995, 2010, 2100)
TWO_CHARACTERS_SHARE = 0.86
NOT_SURNAME_VILLAGES = frozenset("上下大小里外新老前后东西高溪石")


@cache
def table(name: str) -> dict[str, Any]:
    """Read a table of texts shipped under `seed/data/`; read once, shared, not to be changed."""
    return tomllib.loads(files("minqing.seed").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def fill(text: str, rng: Random, slots: Mapping[str, str]) -> str:
    """Make one sentence: `[甲|乙]` is a choice (may nest), `{2-5}` a number, `{name}` a slot."""
    while CHOICE.search(text):
        text = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)
    text = RANGE.sub(lambda match: str(rng.randint(int(match[1]), int(match[2]))), text)
    return SLOT.sub(lambda match: slots[match[1]], text)


def _deck(weights: Mapping[str, int]) -> tuple[list[str], list[int]]:
    """What may be drawn, with its weights added up once."""
    return list(weights), list(accumulate(weights.values()))


class Words:
    """Names of people and places drawn from the lexicon."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        lexicon = table("lexicon")
        self.surnames: dict[str, int] = lexicon["surnames"]
        self._local = _deck(self.surnames)
        self._newcomers = _deck(lexicon["newcomer_surnames"])
        self._given = lexicon["given"]
        self._places = lexicon["places"]
        self._estates = frozenset(self._places["estates"])

    def surname(self, favoured: Sequence[str] = (), *, newcomer: bool = False) -> str:
        """Draw a surname; a village's old families are favoured."""
        if favoured and self.rng.random() < 0.55:
            return self.rng.choice(favoured)
        names, weights = self._newcomers if newcomer else self._local
        return self.rng.choices(names, cum_weights=weights)[0]

    def given_name(self, born_year: int, sex: str) -> str:
        """Draw a given name as parents chose them at the time."""
        era = next(last for last in GIVEN_ERAS if born_year < last)
        pool = self._given[str(era)][sex]
        if self.rng.random() > TWO_CHARACTERS_SHARE:
            return str(self.rng.choice(pool["single"]))
        first = self.rng.choice(pool["first"])
        last = self.rng.choice([letter for letter in pool["last"] if letter != first])
        return f"{first}{last}"

    def families(self, village_name: str) -> list[str]:
        """Choose a village's old families: the surname in its own name, and one or two more."""
        named = [letter for letter in village_name[:2] if letter in self.surnames]
        named = [letter for letter in named if letter not in NOT_SURNAME_VILLAGES]
        return [*named[:1], *(self.surname() for _ in range(self.rng.randint(1, 2)))]

    def hamlets(self, count: int, village_name: str) -> list[str]:
        """Name the hamlets (自然村) of a village; the first is the village's own."""
        own = village_name.removesuffix("村") or village_name
        names = [own]
        while len(names) < count:
            if self.rng.random() < 0.55:
                name = self.surname() + self.rng.choice(self._places["stems"])
            else:
                name = self.rng.choice(self._places["natures"])
            if self.rng.random() < 0.3:
                name = self.rng.choice(self._places["directions"]) + name
            if name not in names:
                names.append(name)
        return names

    def estates(self, count: int) -> list[str]:
        """Name the estates and streets of a community."""
        return self.rng.sample(self._places["estates"], count)

    def is_estate(self, local: str) -> bool:
        return local in self._estates

    def corners(self, count: int) -> list[str]:
        """Name the corners of a hamlet."""
        return self.rng.sample(self._places["corners"], count)

    def blocks(self, count: int, estate: str) -> list[str]:
        """Name the blocks of an estate (1—3幢, 4—6幢…) or the doors of a street (1—20号…)."""
        street = estate.endswith(("路", "街", "段", "里"))
        size = 20 if street else self.rng.randint(2, 4)
        return [f"{n * size + 1}—{n * size + size}{'号' if street else '幢'}" for n in range(count)]

    def road(self) -> str:
        return str(self.rng.choice(self._places["roads"]))
