"""The grids an importer may fill, found by code or name, with the sentence for every other answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from minqing.areas.public import GRID, LEVEL_LABELS, VILLAGE, Area
from minqing.registry.services.import_rows import quoted

NEAR_MAX: Final = 3
_NEAR_FROM: Final = 0.4
_LEARNT_MAX: Final = 2_000  # mistakes of one file worth remembering; who makes more has another file in hand


class _Known(NamedTuple):
    id: UUID
    code: str
    name: str
    path: str
    level: str
    is_open: bool


class Scope:
    """The areas at and below the importer's, loaded once a file."""

    def __init__(self, path: str, levels: frozenset[str]) -> None:
        self.levels = levels
        rows = Area.objects.under(path).order_by()
        self._areas = [
            _Known(area_id, code, name, at, level, closed_at is None)
            for area_id, code, name, at, level, closed_at in rows.values_list(
                "id", "code", "name", "path", "level", "closed_at"
            )
        ]
        self.ids = {one.id for one in self._areas}
        self.names = {one.id: one.name for one in self._areas}
        self._by_code = {_bare(one.code): [one] for one in self._areas}
        # Where no name could be taken for a code, a grid given by its code needs no table of names.
        self._codes_are_sure = not any(one.name.isascii() for one in self._areas)
        self._outside: set[str] = set()
        self._resolved: dict[str, UUID] = {}
        self._near: dict[str, str] = {}

    @cached_property
    def _by_text(self) -> dict[str, list[_Known]]:
        found: dict[str, list[_Known]] = defaultdict(list)
        name_at = {one.path: one.name for one in self._areas}
        for one in self._areas:
            for text in {one.code, *_names(one, one.name, name_at)}:
                found[_bare(text)].append(one)
        # “第一网格（马村）” is written “马村第一网格” in a village's own lists; a name as it stands goes before that.
        without: dict[str, list[_Known]] = defaultdict(list)
        for one in self._areas:
            plain = one.name.partition("（")[0]
            if plain and plain != one.name:
                for text in _names(one, plain, name_at):
                    without[_bare(text)].append(one)
        return {**without, **found}

    def _named(self, text: str) -> list[_Known]:
        bare = _bare(text)
        if self._codes_are_sure and (known := self._by_code.get(bare)):
            return known
        return self._by_text.get(bare, [])

    def look_outside(self, texts: Iterable[str]) -> None:
        """Learn which of the texts not found here name an area elsewhere (one query, so that a sentence can say so)."""
        unknown = {text for text in texts if text and text not in self._resolved and not self._named(text)}
        if unknown:
            elsewhere = Area.objects.filter(code__in=unknown) | Area.objects.filter(name__in=unknown)
            for code, name in elsewhere.values_list("code", "name"):
                self._outside |= {code, name} & unknown

    def resolve(self, text: str) -> tuple[UUID | None, str]:
        """Return (area id, "") or (None, the sentence that says what is wrong)."""
        if (known := self._resolved.get(text)) is not None:
            return known, ""
        found = self._find(text)
        if found[0] is not None:  # a grid is named in hundreds of rows; mistakes are not worth keeping
            self._resolved[text] = found[0]
        return found

    def _find(self, text: str) -> tuple[UUID | None, str]:
        shown = f"“{quoted(text)}”"
        known = self._named(text)
        fitting = [one for one in known if one.level in self.levels]
        usable = [one for one in fitting if one.is_open]
        if len(usable) == 1:
            return usable[0].id, ""
        if len(usable) > 1:
            return None, f"有 {len(usable)} 个叫{shown}的网格，请写成“村名＋网格名”，或填网格编码。"
        if fitting:
            return None, f"{shown}已撤销，请改成现在的网格。"
        if known:
            return None, f"{shown}是{LEVEL_LABELS[known[0].level]}，请填到网格一级。"
        if text in self._outside:
            return None, f"{shown}不在您的辖区内，不能导入到那里。"
        return None, f"没有{shown}这个网格，请核对名称，或填网格编码。{self._near_names(text)}"

    def _near_names(self, text: str) -> str:
        """Return the sentence that names what may have been meant, or nothing; a mistake stands in many rows."""
        if text not in self._near and len(self._near) < _LEARNT_MAX:
            self._near[text] = self._look_near(_bare(text))
        return self._near.get(text, "")

    def _look_near(self, bare: str) -> str:
        villages = [path for path in self._grids_in if self._villages[path] in bare]
        longest = max((len(self._villages[path]) for path in villages), default=0)
        villages = [path for path in villages if len(self._villages[path]) == longest]
        if not villages and len(self._grids_in) == 1:
            villages = list(self._grids_in)
        names = list(dict.fromkeys(name for path in villages for name in self._grids_in[path]))
        words = "这个村的网格有"
        if len(names) > NEAR_MAX:
            words = "名称相近的有"
            rest = bare.replace(self._villages[villages[0]], "")
            short = {_bare(name.partition("（")[0]): name for name in names}
            names = [short[one] for one in get_close_matches(rest, short, n=NEAR_MAX, cutoff=_NEAR_FROM)]
        return f"{words}：{'、'.join(names)}。" if names else ""

    @cached_property
    def _villages(self) -> dict[str, str]:
        return {one.path: _bare(one.name) for one in self._areas if one.level == VILLAGE}

    @cached_property
    def _grids_in(self) -> dict[str, list[str]]:
        """The open grids of each village, by its path."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._areas:
            village = one.path.rpartition(".")[0]
            if one.level == GRID and one.is_open and village in self._villages:
                found[village].append(one.name)
        return found


def _names(one: _Known, name: str, name_at: dict[str, str]) -> set[str]:
    """Return “网格名”, “村名+网格名” and “镇名+村名+网格名”: the first alone may be there many times."""
    texts, above = {name}, one.path
    for _ in range(2):
        above = above.rpartition(".")[0]
        if above in name_at:
            name = name_at[above] + name
            texts.add(name)
    return texts


def _bare(text: str) -> str:
    return text.replace("·", "").replace(" ", "").upper()
