"""Tell everybody whose clocks a changed calendar moved: one line a person, with how many and where to see which."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from minqing.areas import public as areas
from minqing.cases.telling import CLOCKS_MOVED
from minqing.kernel import clock
from minqing.notices import public as notices
from minqing.workflow import public as workflow


def tell_holders(*, version: int, county_id: UUID, at: datetime) -> int:
    """Tell the holders of the clocks that a version of the calendar moved; return how many people were told."""
    held = workflow.holders_of_moved(version, on=clock.local(at).date())
    if not held:
        return 0
    found = workflow.recomputation_of(version)
    county = areas.area(county_id)
    notices.tell_many(
        notices.News(
            kind=CLOCKS_MOVED,
            people=(person_id,),
            subject_kind="recomputation",
            subject_id=found.work.id,
            area_id=county.id,
            area_path=county.path,
            key=f"moved {version}",
            at=at,
            told_at=at,
            sentence=f"工作日历有调整，您手上 {count} 件事的时限变了",
            private=True,
        )
        for person_id, count in sorted(held.items())
    )
    return len(held)
