"""Take a table of the dispatch catalogue that somebody edited: all of it, as it was previewed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from minqing.areas.public import Area
from minqing.cases.queries.catalogue_table import TableLine, TablePlan, plan_catalogue
from minqing.cases.services.catalogue import CatalogueInput, add_to_catalogue, end_line
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, Refused


@transaction.atomic
def apply_catalogue_table(
    rows: Sequence[tuple[int, Sequence[str]]],
    area: Area,
    *,
    from_on: date,
    ends_missing: bool,
    seen: str,
    by: Actor,
    at: datetime,
) -> TablePlan:
    """Carry out what a table changes, if it is still what was previewed (``seen``: the digest of that plan)."""
    today = clock.local(at).date()
    plan = plan_catalogue(
        rows, area, from_on=from_on, ends_missing=ends_missing, actor=by, today=today, lock=True
    )
    if plan.problems:
        raise Refused("表里还有要改的地方，一条也没有改动。请改好再上传。", field="file")
    if plan.digest != seen:
        raise Conflict("目录刚刚有人改过，结果和您看到的不一样了。一条也没有改动，请重新核对。")
    for line in (*plan.added, *plan.changed):
        _take(line, by, at)
    for entry in plan.ended:
        end_line(entry, max(from_on - timedelta(days=1), entry.from_on), by, at)
    return plan


def _take(line: TableLine, by: Actor, at: datetime) -> None:
    given = CatalogueInput(
        topic_key=line.topic.key, area_id=line.area.id, from_on=line.from_on, source=line.source,
        unit_id=line.unit.id if line.unit else None, procedure=line.procedure,
    )  # fmt: skip
    try:
        add_to_catalogue(given, by=by, at=at)
    except Refused as refused:
        raise Refused(f"第 {line.number} 行：{refused.message}一条也没有改动。", field="file") from refused
