"""The grids an importer may fill, found by code or name, with the sentence for every other answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from minqing.areas.public import LEVEL_LABELS, Area
from minqing.registry.services.import_rows import quoted


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    name: str
    level: str
    is_open: bool


class Scope:
    """The areas at and below the importer's, loaded once a file."""

    def __init__(self, path: str, levels: frozenset[str]) -> None:
        self.levels = levels
        self.ids: set[UUID] = set()
        self.names: dict[UUID, str] = {}
        self._by_text: dict[str, list[_Known]] = defaultdict(list)
        self._outside: set[str] = set()
        self._resolved: dict[str, UUID] = {}
        rows = list(
            Area.objects.under(path)
            .order_by()
            .values_list("id", "code", "name", "path", "level", "closed_at")
        )
        name_at = {at: name for _, _, name, at, _, _ in rows}
        for area_id, code, name, at, level, closed_at in rows:
            known = _Known(area_id, name, level, closed_at is None)
            self.ids.add(area_id)
            self.names[area_id] = name
            # “第一网格” alone may be there many times: “村名+网格名” and “镇名+村名+网格名” are understood too.
            full = name
            texts = {code, name}
            for above in _above(at)[:2]:
                if above in name_at:
                    full = name_at[above] + full
                    texts.add(full)
            for text in texts:
                self._by_text[_bare(text)].append(known)

    def look_outside(self, texts: Iterable[str]) -> None:
        """Learn which of the texts not found here name an area elsewhere (one query, so that a sentence can say so)."""
        unknown = {text for text in texts if text and _bare(text) not in self._by_text}
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
        known = self._by_text.get(_bare(text), [])
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


def _above(path: str) -> list[str]:
    labels = path.split(".")
    return [".".join(labels[:n]) for n in range(len(labels) - 1, 0, -1)]


def _bare(text: str) -> str:
    return text.replace("·", "").replace(" ", "").upper()
