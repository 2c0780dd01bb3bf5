"""What the canary's county plants of cases: one of every procedure in every state, and petitions, which are sealed."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models import Case
from minqing.diary.tests.factories import jpeg
from minqing.kernel.ids import uuid7
from minqing.workflow import public as workflow

if TYPE_CHECKING:
    from tests.canary import Planted

CANARY: Final = "翠鸾翎"
SEALED_CANARY: Final = "鹔鹴裘"  # in what only those who work on petitions may see, in the village too
CONTACT_PHONE: Final = "15958514562"
# The mayor's lane asks for bookings and visits before these (desk/tests/test_lanes.py).
_AFTER_MORE: Final = frozenset({("express_lane", one) for one in ("sitting", "following", "closed")})


def text(about: str) -> str:
    """Return a text of some length with the canary in it."""
    return f"{CANARY}{about}，说的是家里的事，请来看看。"


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0001.jpg", jpeg(size=(64, 48)), content_type="image/jpeg")


def open_cases(planted: Planted) -> None:
    here, by = planted.here, planted.people["grid_worker"]
    for area, subject in ((here.village, None), (here.micro_grid, planted.subjects[1])):
        made = cases.make_door_code(
            area_id=area.id, subject=subject, by=planted.people["village_clerk"], at=AT
        )
        planted.codes.append(made.code)
    for of in (one for one in workflow.procedures() if one.subject_kind == "case" and one.key != "petition"):
        for state in of.states.values():
            name = f"{of.key}.{state.key}"
            if (of.key, state.key) in _AFTER_MORE:
                continue
            own = of.key == "rights"  # asked by a resident about their own file, with no official in between
            report = cases.Report(
                id=uuid7(), source="rights" if own else "officer", area_id=here.micro_grid.id,
                words=text(f"{name} 的事"), subject=planted.subjects[1], procedure=of.key,
                contact=cases.ContactInput(f"{CANARY}叔", CONTACT_PHONE),
                topic_key="roads.light", photos=[photo()],
            )  # fmt: skip
            listed = of.key == "supervised"  # nothing begins so: a supervisor lists what is under way
            if listed:
                report = replace(report, procedure="prompt")
            if of.key == "express_lane":
                report = replace(report, source="express", subject=planted.subjects[2])
            who = None if own else planted.people["express_officer"] if report.source == "express" else by
            case = cases.open_case(report, by=who, at=AT)
            if listed:
                _list(planted, case)
                case.refresh_from_db()
            for step in _way(of, state.key):
                _take(planted, case, step)
            case.refresh_from_db()
            assert case.run.state == state.key
            planted.cases[name] = case
            if case.closed_at is None:
                cases.add_word(receipt_code=case.receipt_code, words=text("补充"), at=AT)
    nameless = cases.Report(
        id=uuid7(), source="door_code", area_id=here.grid.id, words=text("匿名的事"), is_anonymous=True,
        photos=[photo()],
    )  # fmt: skip
    planted.cases["anonymous"] = cases.open_case(nameless, by=None, at=AT)


def open_petitions(planted: Planted) -> None:
    """Petitions are sealed to the village too, so they stand apart: one waiting, one given to the unit."""
    by = planted.people["petition_officer"]
    for steps in ((), ("accept",)):
        report = cases.Report(
            id=uuid7(), source="petition", area_id=planted.here.village.id, words=f"{SEALED_CANARY}家的事，请复查。",
            procedure="petition", contact=cases.ContactInput(f"{SEALED_CANARY}叔", CONTACT_PHONE),
        )  # fmt: skip
        case = cases.open_case(report, by=by, at=AT)
        for step in steps:
            _take(planted, case, workflow.procedure("petition").step(step))
        planted.sealed.append(case)


def _list(planted: Planted, case: Case) -> None:
    """Put a case on the supervision list, as a rule had proposed it."""
    Case.everything.filter(id=case.id).update(urges=9)
    cases.set_rule(urged=9, sent_back=None, red_days=None, by=planted.people["supervisor"], at=AT)
    cases.propose(at=AT)
    cases.list_case(
        case_id=case.id, reason=text("拖得太久"), sponsor_id=planted.people["town_secretary"].person_id,
        interval_days=7, unit_id=planted.here.unit.id, by=planted.people["supervisor"], at=AT,
    )  # fmt: skip


def _way(of: type[workflow.Procedure], wanted: str) -> list[workflow.Step]:
    """Return the shortest way from the start of a procedure to a state."""
    ways: deque[tuple[str, list[workflow.Step]]] = deque([(of.start.key, [])])
    been = {of.start.key}
    while ways:
        here, taken = ways.popleft()
        if here == wanted:
            return taken
        for step in of.steps_from(here):
            if step.to.key not in been:
                been.add(step.to.key)
                ways.append((step.to.key, [*taken, step]))
    raise AssertionError(f"no way to {of.key}.{wanted}")


def _take(planted: Planted, case: Case, step: workflow.Step) -> None:
    if any(one.key == "returned_before" for one in step.only_if):  # a second return follows a first one
        of = workflow.procedure(workflow.run_of("case", case.id).procedure)
        for before in (of.step("refuse"), of.step("overrule")):
            _take(planted, case, before)
    values = {}
    for need in step.needs:
        if need.key == "photo":
            continue
        values[need.key] = need.choices[0][0] if need.choices else text(need.label)
    values |= {"unit": str(planted.here.unit.id)} if "unit" in values else {}
    values |= {"topic": "roads.light"} if "topic" in values else {}
    values |= {"assistants": str(planted.here.village_unit.id)} if "assistants" in values else {}
    if any(one.key == "all_parts_in" for one in step.only_if):
        for part in cases.Part.objects.filter(case=case, outcome=""):
            given = cases.StepInput({"reason": text("不用了")})
            cases.take_part_step(
                part_id=part.id, step="withdraw", given=given, by=planted.people["town_dispatcher"], at=AT
            )
    role = next((one for one in step.roles if one is not workflow.REPORTER), None)
    if role is None:
        given = cases.StepInput(values)
        cases.step_by_reporter(receipt_code=case.receipt_code, step=step.key, given=given, at=AT)
        return
    by = planted.people[{"sponsor": "town_secretary", "lister": "supervisor"}.get(role.key, role.key)]
    cases.take_step(case_id=case.id, step=step.key, given=cases.StepInput(values), by=by, at=AT)
