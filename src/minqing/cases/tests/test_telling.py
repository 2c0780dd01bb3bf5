"""Who is told of what; once, and nothing personal; other systems too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases import public as cases
from minqing.cases.services.telling import read, tell_due_soon, tell_one
from minqing.cases.telling import PUSHED, TELLINGS
from minqing.journal.public import EVENTS, Entry
from minqing.kernel import clock
from minqing.kernel.roles import GRID_WORKER, SYSTEM_ADMINISTRATOR, VILLAGE_CLERK
from minqing.notices import public as notices
from minqing.notices.models import Notice, Push
from minqing.workflow import public as workflow
from minqing.workflow.services.clocks import sweep_overdue

NAME, PHONE, WORDS = "裘桂香", "13867500091", "门前的路灯坏了三天，裘桂香老人摔了一跤，请打 13867500091"


@pytest.fixture
def county(db: None) -> Iterator[SmallCounty]:
    with clock.fixed(AT):
        made = small_county()
        everyone(made)
        yield made


def told(person_id=None) -> list[tuple[str, str]]:
    found = Notice.objects.order_by("made_at", "id")
    if person_id:
        found = found.filter(person_id=person_id)
    return [(one.kind, one.sentence) for one in found]


def tell(at=AT) -> None:
    read(list(Entry.objects.order_by("id")), at=at)


def telephoned(county: SmallCounty) -> cases.Case:
    report = cases.Report(
        id=cases.new_report_id(), source="door_code", area_id=county.grid.id, words=WORDS,
        contact=cases.ContactInput(NAME, PHONE),
    )  # fmt: skip
    return cases.open_case(report, by=None, at=AT)


def step(case, key: str, by, at=AT, **given) -> None:
    cases.take_step(case_id=case.id, step=key, given=cases.StepInput(given), by=by, at=at)


def test_whose_turn_it_is_is_told_once(county: SmallCounty) -> None:
    case = telephoned(county)
    answering = workflow.accountable(case.run, on=clock.local(AT).date())
    tell()
    tell()
    assert answering.people
    for person in answering.people:
        assert told(person) == [("cases.turn", f"事项 {case.number} 轮到您办：{label(case)}")]
    assert Notice.objects.count() == len(answering.people)


def label(case) -> str:
    run = workflow.run_of("case", case.id)
    return workflow.procedure(run.procedure).state(run.state).label


def test_only_the_last_of_several_turns_is_told_and_never_to_whoever_took_the_step(
    county: SmallCounty,
) -> None:
    clerk = county.actor(VILLAGE_CLERK)
    report = cases.Report(
        id=cases.new_report_id(), source="officer", area_id=county.grid.id, words="路口的路灯坏了三天。"
    )
    case = cases.open_case(report, by=county.actor(GRID_WORKER), at=AT)
    step(case, "decline", clerk, reason="已在别处登记")
    tell()
    assert told(clerk.person_id) == []
    author = county.actor(GRID_WORKER).person_id
    assert told(author) == [("cases.closed", f"您登记的事项 {case.number}：{label(case)}")]


def test_late_and_soon_late_are_told(county: SmallCounty) -> None:
    case = telephoned(county)
    run = workflow.run_of("case", case.id)
    assert run.yellow_at is not None
    assert run.next_due_at is not None
    assert tell_due_soon(at=run.yellow_at - timedelta(minutes=1)) == 0
    yellow = run.yellow_at + timedelta(minutes=1)
    assert tell_due_soon(at=yellow) == 1
    assert tell_due_soon(at=yellow + timedelta(minutes=1)) == 0
    late = run.next_due_at + timedelta(minutes=2)
    sweep_overdue(at=late)
    read([Entry.objects.get(kind="workflow.run_overdue")], at=late)
    people = workflow.accountable(run, on=clock.local(late).date()).people
    for person in people:
        assert [kind for kind, _ in told(person)] == ["cases.due_soon", "cases.overdue"]


def test_urging_reaches_whoever_has_it(county: SmallCounty) -> None:
    case = telephoned(county)
    cases.urge(receipt_code=case.receipt_code, at=AT + timedelta(hours=2))
    tell()
    person = workflow.accountable(case.run, on=clock.local(AT).date()).people[0]
    assert ("cases.urged", f"反映人催办事项 {case.number}：{label(case)}") in told(person)


def test_one_entry_can_be_told_again_and_tells_nobody_twice(county: SmallCounty) -> None:
    telephoned(county)
    entry = Entry.objects.get(kind="cases.opened")
    tell_one(entry.id, at=AT)
    before = Notice.objects.count()
    tell_one(entry.id, at=AT)
    assert Notice.objects.count() == before > 0


def test_other_systems_hear_numbers_states_and_times_and_no_word_of_anybody(county: SmallCounty) -> None:
    notices.set_subscription(
        subscription_id=None, name="市级平台", url="https://hooks.example.cn/", kinds=list(cases.PUSH_LABELS),
        area_id=None, is_on=True, by=county.actor(SYSTEM_ADMINISTRATOR), at=AT,
    )  # fmt: skip
    case = telephoned(county)
    cases.add_word(receipt_code=case.receipt_code, words=f"还是 {PHONE}，{NAME}", at=AT)
    cases.urge(receipt_code=case.receipt_code, at=AT)
    tell()
    kinds = {one.kind for one in Push.objects.all()}
    assert {"cases.opened", "cases.urged"} <= kinds
    people = set(notices_names(county))
    for push in Push.objects.all():
        said = json.loads(push.body)
        assert said["case"]["number"] == case.number
        assert said["case"]["state_label"] == label(case)
        assert said["position"] > 0
        for personal in (NAME, PHONE, "路灯", *people):
            assert personal not in push.body, push.kind
    for notice in Notice.objects.all():
        assert not any(personal in notice.sentence for personal in (NAME, PHONE, "路灯", *people))


def notices_names(county: SmallCounty) -> list[str]:
    return [one.name for one in county.people.values()]


def test_what_residents_ask_about_their_file_is_pushed_to_nobody(county: SmallCounty) -> None:
    notices.set_subscription(
        subscription_id=None, name="市级平台", url="https://hooks.example.cn/", kinds=list(cases.PUSH_LABELS),
        area_id=None, is_on=True, by=county.actor(SYSTEM_ADMINISTRATOR), at=AT,
    )  # fmt: skip
    case = telephoned(county)
    cases.Case.everything.filter(id=case.id).update(source=cases.RIGHTS)
    tell()
    assert not Push.objects.exists()


def test_every_line_of_the_tables_names_an_event_and_facts_that_it_has(county: SmallCounty) -> None:
    for telling in TELLINGS:
        assert EVENTS[telling.event.kind] is telling.event
        assert telling.kind.key in notices.KINDS
    for pushed in PUSHED:
        fields = pushed.event.__dataclass_fields__
        personal = pushed.event.personal | {"words", "why", "reason", "name", "title", "because"}
        assert set(pushed.facts) <= set(fields), pushed.kind
        assert not set(pushed.facts) & personal, f"{pushed.kind} would tell a word of somebody's"
    assert len({one.kind for one in PUSHED}) == len(PUSHED)
