"""A whole number leaves by one act: linked, with a purpose, on record, so many an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT
from minqing.disclosure import public as disclosure
from minqing.disclosure import rules
from minqing.disclosure.events import NumberShown
from minqing.disclosure.models import AccessAlarm, AccessNotice
from minqing.disclosure.tests.conftest import Here
from minqing.journal.models import Detail, Entry
from minqing.journal.public import reads_of
from minqing.kernel.errors import NotAllowed, NotThere, Refused, TooMany
from minqing.registry import public as registry
from minqing.registry.models import Resident
from minqing.registry.tests.factories import id_number

PHONE, ID_NUMBER = "13867512340", id_number()
SECOND = timedelta(seconds=1)


@pytest.fixture
def who(here: Here) -> Resident:
    """Somebody with both numbers on the grid worker's round."""
    values = registry.ResidentInput(name="张桂香", id_number=ID_NUMBER, phone=PHONE)
    made = registry.add_resident(
        area_id=here.county.grid.id, values=values, by=here.people["village_secretary"], at=AT
    )
    return Resident.everything.get(id=made.id)


def show(here: Here, who: Resident, role: str = "grid_worker", at=AT, **changes: str) -> disclosure.Shown:
    given = {"field": "phone", "purpose": "call_back", "words": "通知领高龄津贴"} | changes
    return disclosure.show_number(
        ref=here.ref(who), field=given["field"], purpose=given["purpose"], words=given["words"],
        by=here.people[role], at=at,
    )  # fmt: skip


def test_it_is_shown_with_a_purpose_and_written_down_without_the_number(here: Here, who: Resident) -> None:
    assert show(here, who).value == PHONE
    assert show(here, who, field="id_number", purpose="verify", words="窗口核对身份证").value == ID_NUMBER
    sentences = [one.sentence for one in reads_of("resident", who.id)]
    assert "查看了完整电话：联系本人：通知领高龄津贴（本网格，还没有走访过）" in sentences
    assert "查看了完整证件号：当面核对身份：窗口核对身份证（本网格，还没有走访过）" in sentences
    written = str(list(Entry.objects.values_list("facts"))) + str(
        list(Detail.objects.values_list("personal"))
    )
    assert PHONE not in written
    assert ID_NUMBER not in written
    entry = Entry.objects.filter(kind=NumberShown.kind).earliest("at")
    assert "通知领高龄津贴" not in str(entry.facts)  # may hold anything: it goes when personal details go
    bare = NumberShown.rebuilt(
        subject_kind="resident", subject_id=who.id, area_id=who.area_id, values=entry.facts
    )
    assert bare.sentence() == "查看了完整电话：联系本人（本网格，还没有走访过）"


@pytest.mark.parametrize(
    "changes",
    [{"purpose": "curious"}, {"purpose": ""}, {"words": "看"}, {"words": ""}],
    ids=["another purpose", "no purpose", "too short", "no words"],
)
def test_without_a_purpose_nothing_is_shown(here: Here, who: Resident, changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        show(here, who, **changes)
    assert reads_of("resident", who.id) == []


def test_it_needs_the_link_that_the_file_needs(here: Here, who: Resident) -> None:
    with pytest.raises(disclosure.NeedsReason):
        show(here, who, "village_clerk")
    reason = "家属来电话说联系不上老人"
    clerk = here.people["village_clerk"]
    disclosure.break_glass(ref=here.ref(who), category="emergency", words=reason, by=clerk, at=AT)
    assert show(here, who, "village_clerk").because == "有人受伤、失联等紧急情况"
    with pytest.raises(NotThere):
        show(here, here.far)
    for field in ("name", "uscc", ""):
        with pytest.raises(NotThere):
            show(here, who, field=field)
    with pytest.raises(NotThere, match="没有登记电话"):
        show(here, here.elder)


def test_beyond_the_hour_s_number_it_is_refused_and_alarms_once(
    here: Here, who: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "NUMBERS_PER_HOUR", 3)
    worker, security = here.people["grid_worker"], here.people["security_administrator"]
    for number in range(3):
        show(here, who, at=AT + number * SECOND)
    for number in range(3, 6):
        with pytest.raises(TooMany, match="最多查看 3 个") as refused:
            show(here, who, at=AT + number * SECOND)
    assert refused.value.retry_after == 3600 - 5
    assert AccessAlarm.everything.get().person_id == worker.person_id
    sentences = AccessNotice.objects.filter(person_id=security.person_id).values_list("sentence", flat=True)
    assert list(sentences) == [f"{worker.person_name}一小时内查看完整号码已到 3 次上限，还要查看"]
    assert [one.kind_label for one in disclosure.alarms(security)] == ["显示号码超过上限"]
    assert Entry.objects.filter(kind="disclosure.numbers_refused").count() == 3
    show(here, who, at=AT + timedelta(hours=1))  # the first is an hour ago


def test_the_reporter_is_called_back_with_the_case_as_purpose(here: Here) -> None:
    case = here.case_about(here.elder)
    worker = here.people["grid_worker"]
    shown = disclosure.show_contact(case_id=case.id, by=worker, at=AT)
    assert shown.value == "13800000000"
    [line] = reads_of("case", case.id)
    assert line.sentence == f"查看了完整电话：办理事项（事项 {case.number}）"
    for role in (
        "village_secretary",
        "reviewer",
        "follow_up_caller",
    ):  # no part in calling back, or in this procedure
        with pytest.raises(NotAllowed):
            disclosure.show_contact(case_id=case.id, by=here.people[role], at=AT)
    assert len(reads_of("case", case.id)) == 1


def test_the_page_of_a_case_holds_the_masked_number_only(here: Here) -> None:
    from minqing.cases import public as cases

    case = here.case_about(here.elder)
    file = cases.case_file(case.id, by=here.people["grid_worker"], at=AT)
    assert file.contact is not None
    assert (file.contact.phone, file.contact.may_call) == ("138****0000", True)
    [line] = reads_of("case", case.id)
    assert line.because == f"事项 {case.number}，本辖区"
    cases.case_file(case.id, by=here.people["village_clerk"], at=AT)
    assert {one.because for one in reads_of("case", case.id)} == {
        f"事项 {case.number}，本辖区", f"事项 {case.number}，轮到本人",
    }  # fmt: skip
