"""The tabs of somebody's queue: those everybody has, one's own, and those shared with one's area or unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.cases.models_desk import SavedView
from minqing.cases.queries.approvals import approvals_to_count
from minqing.cases.queries.asked import ALL, OPEN, TODO, VIEWS, read_asked
from minqing.cases.queries.counting import Counted, count_and_read
from minqing.cases.queries.filtering import QueueFilters
from minqing.cases.queries.parts_of import WaitingParts, parts_to_read, read_parts
from minqing.kernel.access import Actor
from minqing.kernel.statements import statement

# Beyond this many a tab says “1000+”: it says that there is a lot to do, the list itself counts further.
TAB_COUNT_MAX: Final = 1_000
VIEWS_MAX: Final = 12  # of one's own: more tabs than that nobody finds again
SHARED_MAX: Final = 12
USUAL: Final = (TODO, OPEN, ALL)


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the queue, by the key that stands in the address; ``count`` goes up to the cap and one more."""

    key: str
    label: str
    asked: Mapping[str, str]
    columns: tuple[str, ...] = ()
    is_default: bool = False
    is_own: bool = False
    shared_with: str = ""
    may_end: bool = False
    position: int = 0
    count: int | None = None

    @property
    def count_words(self) -> str:
        if self.count is None:
            return ""
        return f"{TAB_COUNT_MAX}+" if self.count > TAB_COUNT_MAX else str(self.count)


@statement
def _kept_for(actor: Actor) -> QuerySet[SavedView]:
    acting = actor.acting
    seen = Q(person_id=actor.person_id)
    if acting is not None:
        seen |= Q(shared_area__path__above=acting.area_path)
    if actor.unit_ids:
        seen |= Q(shared_unit_id__in=actor.unit_ids)
    found = SavedView.objects.filter(seen).select_related("shared_area", "shared_unit")
    return found.defer("shared_area__outline")


def tabs(actor: Actor) -> list[Tab]:
    """Return the tabs in the order in which the actor put them, uncounted; one statement."""
    kept = _kept_for(actor)
    arranged: dict[str, SavedView] = {
        one.arranges or str(one.of_id): one
        for one in kept
        if one.person_id == actor.person_id and (one.arranges or one.of_id)
    }
    found = [
        _arranged(Tab(key, VIEWS[key], {"view": key}, position=number), arranged)
        for number, key in enumerate(USUAL)
    ]
    listed = [one for one in kept if not one.arranges and one.of_id is None]
    own = [one for one in listed if one.person_id == actor.person_id]
    shared = [one for one in listed if one.person_id != actor.person_id][:SHARED_MAX]
    found += [_tab(one, own=True) for one in own]
    found += [_arranged(_tab(one, own=False), arranged) for one in shared]
    return sorted(found, key=lambda one: one.position)


def counted(actor: Actor, found: Sequence[Tab], *, at: datetime) -> list[Tab]:
    """Return the tabs with their counts; one statement."""
    tabs, _, _ = counted_with_waiting(actor, found, at=at)
    return tabs


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody beside cases: parts of joint matters, and how many requests to decide (up to a cap)."""

    parts: WaitingParts
    approvals: int


def counted_with_waiting(
    actor: Actor,
    found: Sequence[Tab],
    *,
    at: datetime,
    topics: Collection[str] | None = None,
    shown: tuple[QueueFilters, int] | None = None,
) -> tuple[list[Tab], Counted, Waiting]:
    """Return the tabs with their counts, what is known of the list shown, and what else waits; all in one statement.

    ``shown``: that list, and at which page. Parts of joint matters that wait for the actor count as things to do.
    """
    asked = [(read_asked(one.asked, topics=topics)[0], TAB_COUNT_MAX) for one in found]
    also = {"parts": parts_to_read, "approvals": approvals_to_count}
    counts, of_shown, [parts, approvals] = count_and_read(actor, asked, also, at=at, shown=shown)
    listed = read_parts(parts, at=at)
    with_counts = [
        replace(one, count=count + (listed.total if one.key == TODO else 0))
        for one, count in zip(found, counts, strict=True)
    ]
    return with_counts, of_shown, Waiting(listed, len(approvals))


def _tab(one: SavedView, *, own: bool) -> Tab:
    shared = one.shared_unit or one.shared_area
    return Tab(
        key=str(one.id),
        label=one.name,
        asked={str(name): str(value) for name, value in one.asked.items()},
        columns=tuple(one.columns) if own else (),
        is_default=own and one.is_default,
        is_own=own,
        shared_with=shared.name if shared else "",
        position=one.position if own else AFTER_ONES_OWN,
    )


AFTER_ONES_OWN: Final = 1_000


def _arranged(tab: Tab, arranged: Mapping[str, SavedView]) -> Tab:
    kept = arranged.get(tab.key)
    if kept is None:
        return tab
    return replace(tab, columns=tuple(kept.columns), is_default=kept.is_default, position=kept.position)


def view_of(view_id: UUID, actor: Actor) -> SavedView | None:
    """Return one of the actor's own lists."""
    return SavedView.objects.filter(id=view_id, person_id=actor.person_id, arranges="", of=None).first()
