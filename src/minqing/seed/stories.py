"""Tell what people say and what becomes of it: one kind of matter, its place and people filled in.

All texts are of our own writing (`data/matters_*.toml`, `data/phrases.toml`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from minqing.seed.firms import FirmSeed, PlaceSeed
from minqing.seed.people import FEMALE, ResidentSeed
from minqing.seed.tree import AreaSeed, Tree, read_rows
from minqing.seed.words import fill, table

MATTER_FILES = ("matters_place", "matters_people", "matters_land")
AT_FIRM = "firm"
WORDS_TWICE_SHARE = 0.22


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of matter: its topic, where it is heard (`home`, `public`, `firm`), and its texts."""

    key: str
    topic: str
    field: str
    at: str
    title: str
    heard: tuple[str, ...]
    found: str
    done: str
    reply: str
    spot: str


@cache
def matters() -> tuple[Matter, ...]:
    """Read every kind of matter, with the field of work of its topic."""
    fields = {row["key"]: row["usual_unit_kind"] for row in read_rows("minqing.cases", "data", "topics.csv")}
    return tuple(
        Matter(
            key=key,
            topic=entry["topic"],
            field=fields[entry["topic"]],
            at=entry.get("at", "public"),
            title=entry["title"],
            heard=tuple(entry["heard"]),
            found=entry["found"],
            done=entry["done"],
            reply=entry["reply"],
            spot=entry.get("spot", ""),
        )
        for file in MATTER_FILES
        for key, entry in table(file).items()
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A matter as it was told at one place; `slots` fill the texts that follow."""

    matter: Matter
    words: str
    slots: Mapping[str, str]


class Storyteller:
    """Draws matters and composes their texts."""

    def __init__(self, tree: Tree, rng: Random) -> None:
        self.tree, self.rng = tree, rng
        self.phrases = table("phrases")
        everything = matters()
        self.at_home = [m for m in everything if m.at != AT_FIRM]
        self.at_firm = [m for m in everything if m.at == AT_FIRM]
        self.in_public = [m for m in everything if m.at == "public"]
        self._deck: dict[int, list[Matter]] = {}

    def tell(self, kind: str, area: AreaSeed, *, firm: FirmSeed | None = None, voice: str = "") -> Told:
        """Tell a matter of a `household`, an `enterprise` or a `place`, in a voice: written, `_call` or `_visit`."""
        pool = self.at_firm if kind == "enterprise" else self.in_public if kind == "place" else self.at_home
        matter = self._draw(pool)
        slots = self.slots(area, firm)
        return Told(matter, self._heard(matter, slots, voice), slots)

    def slots(self, area: AreaSeed, firm: FirmSeed | None = None) -> dict[str, str]:
        """Name the place of an area as its people call it."""
        chain = {above.level: above for above in self.tree.chain(area.code)}
        grid, micro_grid = chain.get("grid"), chain.get("micro_grid")
        village, town = chain.get("village"), chain["town"]
        local = grid.local if grid else (village or town).name
        spoken = micro_grid and self.rng.random() < 0.4
        corner = micro_grid.local if micro_grid and not micro_grid.local[0].isdigit() else ""
        return {
            "place": f"{local}{corner}" if spoken else local,
            "village": village.name if village else town.name,
            "town": town.name,
            "firm": firm.name.removeprefix("嵊州市") if firm else "本公司",
        }

    def _draw(self, pool: list[Matter]) -> Matter:
        """Deal from a shuffled deck, so that rare kinds come up as often as common ones."""
        deck = self._deck.setdefault(id(pool), [])
        if not deck:
            deck.extend(pool)
            self.rng.shuffle(deck)
        return deck.pop()

    def _heard(self, matter: Matter, slots: Mapping[str, str], voice: str) -> str:
        report = self.phrases["report"]
        opening = self.rng.choice(report[f"opening{voice}"])
        cores = list(matter.heard)
        self.rng.shuffle(cores)
        core = cores[0] + (cores[1] if len(cores) > 1 and self.rng.random() < WORDS_TWICE_SHARE else "")
        return self.fill(
            opening + core + self.rng.choice(report.get(f"closing{voice}", report["closing"])), slots
        )

    def fill(self, text: str, slots: Mapping[str, str]) -> str:
        return fill(text, self.rng, slots)

    def title(self, told: Told) -> str:
        return self.fill(told.matter.title, told.slots)

    def spot(self, told: Told) -> str:
        return self.fill(told.matter.spot, told.slots)

    def result(self, told: Told, *, again: bool = False) -> str:
        """Say what was found (not a second time), what was done, and the answer to the reporter."""
        parts = [
            self.rng.choice(self.phrases["step"]["again"]) if again else told.matter.found,
            told.matter.done,
        ]
        if self.rng.random() < 0.8:
            parts.append(told.matter.reply)
        return self.fill("".join(parts), told.slots)

    def step(self, key: str, slots: Mapping[str, str]) -> str:
        """Compose the words of a step: advice, opinion, reject, lift, refuse, decline, not_done…"""
        return self.fill(self.rng.choice(self.phrases["step"][key]), slots)

    def remark(self, content: str) -> str:
        return self.fill(self.rng.choice(self.phrases["step"]["remark"][content]), {})

    def addition(self, slots: Mapping[str, str]) -> str:
        return self.fill(self.rng.choice(self.phrases["report"]["addition"]), slots)

    def visit_phrase(self, key: str, slots: Mapping[str, str] | None = None) -> str:
        visit = self.phrases["visit"]
        return self.fill(self.rng.choice(visit.get(key) or visit["words"][key]), slots or {})

    def chat(self, whose: str) -> str:
        """Say what one talks about with the `old`, at a `home`, a `firm` or a `place`."""
        return self.fill(self.rng.choice(self.phrases["visit"]["chat"][whose]), {})

    def met(self, members: Sequence[ResidentSeed]) -> str:
        """Say who opened the door."""
        head, *others = members
        kin = ""
        here = [member for member in others if not member.away_at]
        if here and self.rng.random() < 0.5:
            other = self.rng.choice(here)
            kin = f"和{other.relation}{other.name}" if other.relation != "合租" else f"和室友{other.name}"
        title = "阿婆" if head.sex == FEMALE else "大伯"
        name = head.name if self.rng.random() < 0.7 or head.born_on.year > 1958 else head.name[0] + title
        return self.visit_phrase("met_household", {"head": name, "kin": kin})

    def met_at(self, subject: FirmSeed | PlaceSeed) -> str:
        if isinstance(subject, FirmSeed):
            return self.visit_phrase("met_firm", {"head": subject.contact})
        return self.visit_phrase("met_place", {"head": subject.keeper})
