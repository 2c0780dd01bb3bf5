"""Parts of a case as pages show them: of one case, of one's unit, and what one may do with one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window

from minqing.areas import public as areas
from minqing.cases.facts import facts_of
from minqing.cases.going_along import is_part_of_another
from minqing.cases.joint_rules import JOINABLE, WITH_PARTS, roles_in_part
from minqing.cases.models import Attachment, Case
from minqing.cases.models_joint import ANSWERED, Part
from minqing.cases.permissions_joint import JOIN_UNITS, SEE_PARTS
from minqing.cases.procedures.assist import Assist
from minqing.cases.queries.returns import who_rules
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.roles import HANDLER
from minqing.workflow import public as workflow

PARTS_PAGE: Final = 25
PARTS_SHOWN: Final = 5  # among the things to do; the list of parts shows the rest
NO_LEAD: Final = "尚未确定"


@dataclass(frozen=True, slots=True)
class PartView:
    """A part with its state in words and its clock; ``turn`` says who answers for it while it waits."""

    part: Part
    state_label: str
    is_open: bool
    clock: workflow.ClockFace
    turn: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A line of the list of parts: the part, its case's number and title, and where that is."""

    view: PartView
    number: str
    title: str
    place: str
    lead: str


@dataclass(frozen=True, slots=True)
class PartsPage:
    """One page of a list of parts."""

    rows: list[PartRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PartFile:
    """Everything the page of a part shows: the part, its case's words, and the steps one may take."""

    view: PartView
    case: Case
    place: str
    lead: str
    steps: tuple[workflow.Step, ...]
    may_overrule: bool
    ruled_by: str  # whose ruling a return waits for; empty: none waits
    leg: int
    legs: list[workflow.LegView]
    photos: list[Attachment]
    report_photos: list[Attachment]


def parts_of(case: Case, *, at: datetime) -> list[PartView]:
    """Return the parts of a case in the order in which they were asked; the case's page has scoped it."""
    found = Part.objects.filter(case=case).select_related("unit", "run__area", "case")
    return _views(found, at)


def _views(parts: Iterable[Part], at: datetime) -> list[PartView]:
    parts = list(parts)
    faces = workflow.faces([one.run for one in parts], at=at)
    on = clock.local(at).date()
    of = Assist
    return [
        PartView(
            part=one,
            state_label=one.outcome_label or of.state(one.run.state).label,
            is_open=not one.outcome,
            clock=faces[one.run_id],
            turn=workflow.who_may(one.run, on=on).words if not one.outcome else "",
        )
        for one in parts
    ]


def my_parts(actor: Actor, *, at: datetime, waiting: bool = True, page: int = 1) -> PartsPage:
    """Return one page of the parts that wait for the actor, or of all parts of the actor's units; soonest first."""
    found = Part.objects.filter(_mine(actor, waiting=waiting))
    total = found.order_by().count()
    pages = max(1, -(-total // PARTS_PAGE))
    page = min(max(page, 1), pages)
    ordered = found.order_by(F("run__next_due_at").asc(nulls_last=True), "-asked_at", "id")
    first = (page - 1) * PARTS_PAGE
    parts = list(
        ordered.select_related("unit", "run__area", "case__unit", "case__run").defer("run__area__outline")[
            first : first + PARTS_PAGE
        ]
    )
    places = areas.area_names(one.case.area_id for one in parts)
    rows = [
        PartRow(
            view,
            view.part.case.number,
            view.part.case.title,
            places[view.part.case.area_id],
            _lead(view.part.case),
        )
        for view in _views(parts, at)
    ]
    return PartsPage(rows, total, page, pages)


def count_my_parts(actor: Actor) -> int:
    """Count the parts that wait for the actor."""
    return Part.objects.filter(_mine(actor, waiting=True)).count()


@dataclass(frozen=True, slots=True)
class WaitingPart:
    """A part among the things to do: which matter, who leads it, where it stands, how long left."""

    id: UUID
    number: str
    title: str
    lead: str
    state_label: str
    clock: workflow.ClockFace


@dataclass(frozen=True, slots=True)
class WaitingParts:
    """The first of the parts that wait for somebody, and how many there are."""

    rows: list[WaitingPart]
    total: int

    @property
    def title(self) -> str:
        return f"协办单（{self.total} 张）"


_CLOCK: Final = ("next_due_at", "yellow_at", "provisional", "measure", "paused_until", "by_overall")
_MOMENTS: Final = ("next_due_at", "yellow_at", "paused_until")


def parts_to_read(actor: Actor) -> QuerySet[Part, Any]:
    """Return the first parts that wait for the actor, soonest first, as :func:`read_parts` takes them; unasked yet."""
    if not actor.may(SEE_PARTS):
        return Part.objects.none().values("id")
    found = Part.objects.filter(_mine(actor, waiting=True), outcome="")
    return found.order_by(F("run__next_due_at").asc(nulls_last=True), "-asked_at", "id").values(
        part=F("id"), number=F("case__number"), title=F("case__title"), lead=F("case__unit__name"),
        state=F("run__state"), total=Window(Count("id")), **{name: F(f"run__{name}") for name in _CLOCK},
    )[:PARTS_SHOWN]  # fmt: skip


def read_parts(found: Iterable[Mapping[str, Any]], *, at: datetime) -> WaitingParts:
    """Return parts as a list shows them, from rows as JSON has them."""
    rows = list(found)
    lines = []
    for row in rows:
        clock_of = {name: row[name] for name in _CLOCK}
        clock_of |= {name: datetime.fromisoformat(row[name]) for name in _MOMENTS if row[name]}
        face = workflow.face(workflow.Run(**clock_of), at=at)
        state = Assist.state(row["state"]).label
        lines.append(
            WaitingPart(UUID(row["part"]), row["number"], row["title"], row["lead"] or NO_LEAD, state, face)
        )
    return WaitingParts(lines, rows[0]["total"] if rows else 0)


def _mine(actor: Actor, *, waiting: bool) -> Q:
    if waiting:
        mine = workflow.todo(actor).filter(subject_kind=Assist.subject_kind).order_by().values("id")
        return Q(run_id__in=mine)
    return Q(unit_id__in=actor.unit_ids)


def _lead(case: Case) -> str:
    return case.unit.name if case.unit else NO_LEAD


def part_file(part_id: UUID, *, by: Actor, at: datetime) -> PartFile:
    """Open a part, for whoever may see its case. Raises :class:`NotThere`."""
    part = _part(part_id, by)
    part.run.area = part.case.area
    steps: tuple[workflow.Step, ...] = ()
    roles = roles_in_part(part, part.case.run, by)
    if part.run.is_running:
        steps = Assist.open_to(part.run.state, roles, facts_of(part.case, part.run))
    photos = list(Attachment.objects.filter(case=part.case, step__in=["", f"part_{part.position}"]))
    return PartFile(
        view=_views([part], at)[0],
        case=part.case,
        place=areas.area_name(part.case.area),
        lead=_lead(part.case),
        steps=steps,
        may_overrule=part.outcome == ANSWERED
        and part.case.run.state == "handling"
        and leads(part.case.run, by),
        ruled_by=who_rules(part.run) if part.declined_because and not part.outcome else "",
        leg=part.run.legs_count,
        legs=workflow.legs(part.run, at=at),
        photos=[one for one in photos if one.step],
        report_photos=[one for one in photos if not one.step],
    )


def _part(part_id: UUID, by: Actor) -> Part:
    found = Part.objects.filter(id=part_id, case__in=Case.objects.visible_to(by).order_by().values("id"))
    part = found.select_related("unit", "run", "case__unit", "case__area", "case__run__area").first()
    if part is None:
        raise NotThere
    return part


def require_part_step(part_id: UUID, step: str, by: Actor) -> tuple[Part, workflow.Step]:
    """Return a part that the actor may see and a step of its procedure by its name. Raises :class:`NotThere`."""
    part = _part(part_id, by)
    try:
        return part, Assist.step(step)
    except workflow.UnknownProcedure:
        raise NotThere("没有这个动作。请回到协办单再试。") from None


def may_see_case(case_id: UUID, by: Actor) -> bool:
    """Whether the actor sees a case; a unit that was let go sees it no more."""
    return Case.objects.visible_to(by).filter(id=case_id).exists()


def leads(run: workflow.Run, by: Actor) -> bool:
    """Whether the actor plays the lead of a case."""
    return run.is_running and HANDLER in workflow.roles_in(run, by)


def may_make_joint(case: Case, by: Actor) -> bool:
    """Whether the actor may put a case under the joint procedure now. Reads the case's run and its area."""
    return (
        case.closed_at is None
        and case.run.procedure in JOINABLE
        and not is_part_of_another(case)
        and by.may(JOIN_UNITS, case.run.area.path)
    )


def may_add_part(case: Case, by: Actor) -> bool:
    """Whether the actor may ask one more unit to assist now."""
    run = case.run
    under_way = run.is_running and run.procedure in WITH_PARTS and run.state == "handling"
    under_way = under_way and not is_part_of_another(case)
    return under_way and (leads(run, by) or by.may(JOIN_UNITS, run.area.path))
