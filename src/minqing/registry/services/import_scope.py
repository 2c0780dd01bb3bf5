"""The grids an importer may fill, found by code or name, with the sentence for every other answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from minqing.areas.public import LEVEL_LABELS, Area
from minqing.registry.services.import_rows import quoted


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
        return None, f"没有{shown}这个网格，请核对名称，或填网格编码。"


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
