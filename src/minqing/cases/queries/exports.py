"""The queue as rows of a file: the scope and filters of the list, from one moment, a few thousand rows in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from minqing.areas.public import Area, area_names
from minqing.cases import rules
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.cases.queries.filtering import QueueFilters, filtered, in_order
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.sending import Snapshot
from minqing.workflow import public as workflow

# What the list shows, and how it ended; never who reported it.
COLUMNS: Final = (
    "编号", "标题", "辖区", "规程", "环节", "来源", "类别", "承办单位", "经办人", "登记时间", "应完成时间", "时限",
    "催办次数", "退回重办次数", "了结时间", "办好了吗", "满意吗",
)  # fmt: skip
_VALUES: Final = (
    "number", "title", "area_id", "run__procedure", "run__state", "source", "topic__label", "unit__name",
    "run__holder__name", "opened_at", "run__next_due_at", "colour", "urges", "times_sent_back", "closed_at", "done",
    "content",
)  # fmt: skip
_COLOURS: Final = {
    workflow.Colour.RED: "红：已超时",
    workflow.Colour.YELLOW: "黄：快到时限",
    workflow.Colour.GREEN: "绿：时限内",
    workflow.Colour.GREY: "",
}
_DONE: Final = {True: "办好了", False: "没有办好", None: ""}


class CaseExport:
    """An opened list: how many rows, and the rows, as text and numbers. To be closed, whatever happens."""

    def __init__(self, actor: Actor, filters: QueueFilters, at: datetime) -> None:
        self._names = area_names(Area.objects.order_by().values_list("id", flat=True))
        found = in_order(filtered(actor, filters, at), filters.sort)
        coloured = found.annotate(colour=workflow.colour_at(at, "run__"))
        self._snapshot = Snapshot(coloured.values_list(*_VALUES))
        self.total = self._snapshot.total

    def rows(self) -> Iterator[tuple[str | int, ...]]:
        """Yield the rows in the order of the list."""
        for row in self._snapshot.rows():
            yield self._line(row)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._snapshot.close()

    def _line(self, row: tuple[Any, ...]) -> tuple[str | int, ...]:
        (
            number, title, area_id, procedure, state, source, topic, unit, holder, opened_at, due_at, colour, urges,
            sent_back, closed_at, done, content,
        ) = row  # fmt: skip
        procedure_title, state_label = _labels(procedure, state)
        return (
            number, title, self._names.get(area_id, ""), procedure_title, state_label, rules.SOURCE_LABELS[source],
            topic or "", unit or "", holder or "", _moment(opened_at), _moment(due_at),
            _COLOURS[workflow.Colour(colour)], urges, sent_back, _moment(closed_at), _DONE[done],
            CONTENT_LABELS.get(content, ""),
        )  # fmt: skip


def _labels(procedure: str, state: str) -> tuple[str, str]:
    try:
        of = workflow.procedure(procedure)
        return of.title, of.state(state).label
    except workflow.UnknownProcedure:  # its file is gone: the record leaves all the same
        return procedure, state


def _moment(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""
