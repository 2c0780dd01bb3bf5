"""Tell what people say, as the demonstration does, but a thousand times faster and with the common matters common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Final

from minqing.seed.firms import FirmSeed
from minqing.seed.full.phrases import text
from minqing.seed.stories import Matter, Storyteller
from minqing.seed.tree import AreaSeed, Tree

COMMON_EXPONENT: Final = 0.85
SPOKEN_SHARE: Final = 0.4
# In which months a topic (or all below it) comes up so many times as often.
SEASONS: Final[Mapping[str, tuple[tuple[int, ...], float]]] = {
    "water": ((6, 7, 8, 9), 1.8),
    "water.pond": ((6, 7, 8, 9), 3.0),
    "water.river": ((6, 7, 8, 9), 2.5),
    "safety.slope": ((6, 7, 8, 9), 3.5),
    "safety.waterside": ((6, 7, 8), 3.0),
    "safety.fire": ((12, 1, 2), 2.0),
    "safety.wiring": ((12, 1, 7, 8), 1.8),
    "farming.disaster": ((6, 7, 8, 9), 3.5),
    "farming.torreya": ((9, 10), 3.0),
    "farming.tea": ((3, 4), 4.0),
    "farming.theft": ((9, 10), 2.5),
    "labour.wages": ((12, 1), 3.0),
    "sanitation.pests": ((5, 6, 7, 8, 9), 2.0),
    "sanitation.rubbish": ((7, 8), 1.6),
    "pollution.noise": ((6, 7, 8), 1.8),
    "pollution.air": ((6, 7, 8), 1.6),
    "pollution.burning": ((5, 10, 11), 2.5),
    "health.insurance": ((11, 12), 2.5),
    "education": ((8, 9), 2.0),
}


class Teller(Storyteller):
    """Draws matters by how common they are in a month. `month` is set before telling."""

    def __init__(self, tree: Tree, rng: Random, seed: int) -> None:
        super().__init__(tree, rng)
        self.month = 1
        self.seed = seed
        self._slots: dict[str, tuple[dict[str, str], str]] = {}
        self._weights: dict[tuple[int, int], list[float]] = {}

    def fill(self, text_written: str, slots: Mapping[str, str]) -> str:
        return text(text_written).say(self.rng, slots)

    @cached_property
    def _rank(self) -> dict[str, float]:
        """How common every matter is: the same for every chunk of a seed."""
        everything = [*self.at_home, *self.at_firm]
        Random(f"{self.seed}:full:matters").shuffle(everything)  # noqa: S311
        return {one.key: 1 / (place + 2) ** COMMON_EXPONENT for place, one in enumerate(everything)}

    def _draw(self, pool: list[Matter]) -> Matter:
        weights = self._weights.get((id(pool), self.month))
        if weights is None:
            weights = list(accumulate(self._rank[one.key] * in_season(one.topic, self.month) for one in pool))
            self._weights[id(pool), self.month] = weights
        return self.rng.choices(pool, cum_weights=weights)[0]

    def slots(self, area: AreaSeed, firm: FirmSeed | None = None) -> dict[str, str]:
        known = self._slots.get(area.code)
        if known is None:
            known = self._slots[area.code] = self._named(area)
        slots, corner = known
        if corner and self.rng.random() < SPOKEN_SHARE:
            slots = {**slots, "place": slots["place"] + corner}
        return {**slots, "firm": firm.name.removeprefix("嵊州市")} if firm else slots

    def _named(self, area: AreaSeed) -> tuple[dict[str, str], str]:
        chain = {above.level: above for above in self.tree.chain(area.code)}
        grid, micro_grid = chain.get("grid"), chain.get("micro_grid")
        village, town = chain.get("village") or chain["town"], chain["town"]
        names = {
            "place": (grid or village).local or village.name,
            "village": village.name,
            "town": town.name,
            "firm": "本公司",
        }
        corner = micro_grid.local if micro_grid and not micro_grid.local[0].isdigit() else ""
        return names, corner

    def phrase(self, texts: Sequence[str], slots: Mapping[str, str]) -> str:
        """Say one of several texts."""
        return self.fill(texts[int(self.rng.random() * len(texts))], slots)


def in_season(topic: str, month: int) -> float:
    """Return how many times as often a topic comes up in a month."""
    for key in (topic, topic.partition(".")[0]):
        if key in SEASONS:
            months, times = SEASONS[key]
            return times if month in months else 1.0
    return 1.0
