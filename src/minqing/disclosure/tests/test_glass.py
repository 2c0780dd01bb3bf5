"""A broken glass: half an hour for one file, told at once, judged within 72 hours, and never forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from minqing.accounts.models import Appointment
from minqing.accounts.tests.factories import AT, DAY
from minqing.disclosure import public as disclosure
from minqing.disclosure.models import AccessAlarm, AccessNotice, BreakGlass
from minqing.disclosure.services import glass as service
from minqing.disclosure.tests.conftest import Here
from minqing.journal.public import reads_of
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused

WORDS = "老人家属来电话说联系不上，要核对住址"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def broken(here: Here, row=None, role: str = "village_clerk", at=AT) -> BreakGlass:
    ref = here.ref(row or here.elder)
    return disclosure.break_glass(ref=ref, category="emergency", words=WORDS, by=here.people[role], at=at)


def told(person_id) -> list[str]:
    return list(AccessNotice.objects.filter(person_id=person_id).values_list("sentence", flat=True))


def test_it_opens_the_file_and_tells_the_secretary(here: Here) -> None:
    clerk, secretary = here.people["village_clerk"], here.people["village_secretary"]
    made = broken(here)
    assert made.ends_at == AT + 30 * MINUTE
    assert made.review_due_at == AT + 72 * HOUR
    link = disclosure.open_file(ref=here.ref(here.elder), by=clerk, at=AT + MINUTE).because
    assert (link.kind, link.id, link.because) == ("glass", made.id, "有人受伤、失联等紧急情况")
    [notice] = told(secretary.person_id)
    assert "11-23 10:00 前核查" in notice
    assert here.elder.name not in notice
    sentences = [one.sentence for one in reads_of("resident", here.elder.id)]
    assert "查看了档案：破例查阅（有人受伤、失联等紧急情况）" in sentences
    assert "破例打开档案：有人受伤、失联等紧急情况，已通知举坑村书记核查" in sentences
    assert not [one for one in sentences if WORDS in one]


def test_grant_entry_and_notice_come_together_or_not_at_all(here: Here, monkeypatch) -> None:
    def fails(*args, **kwargs):
        raise DatabaseError("no room")

    monkeypatch.setattr(service, "tell", fails)
    with pytest.raises(DatabaseError), transaction.atomic():
        broken(here)
    assert not BreakGlass.everything.exists()
    assert reads_of("resident", here.elder.id) == []
    assert not AccessNotice.objects.exists()


def test_it_is_for_that_one_file_and_that_half_hour(here: Here) -> None:
    clerk = here.people["village_clerk"]
    broken(here)
    disclosure.open_file(ref=here.ref(here.elder), by=clerk, at=AT + 29 * MINUTE)
    for row, at in ((here.elder, AT + 30 * MINUTE), (here.spouse, AT + MINUTE), (here.home, AT + MINUTE)):
        with pytest.raises(disclosure.NeedsReason):
            disclosure.open_file(ref=here.ref(row), by=clerk, at=at)
    with pytest.raises(disclosure.NeedsReason):  # nor anybody else
        disclosure.open_file(ref=here.ref(here.elder), by=here.people["village_secretary"], at=AT + MINUTE)


def test_a_second_tab_gets_the_same_half_hour(here: Here) -> None:
    first, second = broken(here), broken(here, at=AT + 10 * MINUTE)
    assert first.id == second.id
    assert second.ends_at == AT + 30 * MINUTE
    assert AccessNotice.objects.count() == 1
    assert broken(here, at=AT + 31 * MINUTE).id != first.id


@pytest.mark.parametrize(
    ("category", "words"), [("", WORDS), ("gossip", WORDS), ("other", ""), ("other", "急用")]
)
def test_without_a_reason_nothing_is_broken(here: Here, category: str, words: str) -> None:
    with pytest.raises(Refused):
        disclosure.break_glass(
            ref=here.ref(here.elder), category=category, words=words, by=here.people["village_clerk"], at=AT
        )
    assert not BreakGlass.everything.exists()


def test_what_is_not_in_one_s_area_is_not_there_to_be_broken(here: Here) -> None:
    with pytest.raises(NotThere):
        broken(here, here.far)
    with pytest.raises(NotThere):
        broken(here, role="auditor")


def test_the_judge_is_the_role_above_and_a_vacant_post_climbs(here: Here) -> None:
    def judge(role: str) -> str:
        with transaction.atomic():
            found = broken(here, role=role).reviewer_role
            transaction.set_rollback(True)
        return found

    assert judge("village_clerk") == "village_secretary"
    assert judge("village_secretary") == "town_dispatcher"
    assert judge("town_dispatcher") == "security_administrator"
    for role, next_up in (
        ("village_secretary", "town_dispatcher"), ("town_dispatcher", "registrar"),
        ("registrar", "security_administrator"), ("security_administrator", "auditor"),
    ):  # fmt: skip
        Appointment.objects.filter(role=role).update(ends_on=DAY - timedelta(days=1))
        assert judge("village_clerk") == next_up
    Appointment.objects.filter(role="auditor").update(ends_on=DAY - timedelta(days=1))
    with pytest.raises(Refused, match="没有人能核查"):
        broken(here)


def test_the_judgement_reaches_the_one_who_broke_it_and_the_resident(here: Here) -> None:
    clerk, secretary = here.people["village_clerk"], here.people["village_secretary"]
    made = broken(here)
    [line] = disclosure.to_review(secretary, AT + HOUR)
    assert (line.id, line.who, line.file_words) == (made.id, clerk.person_name, "居民：裘*香")
    disclosure.review(
        glass_id=made.id, verdict="unjustified", words="问过家属，没有这回事", by=secretary, at=AT + HOUR
    )
    assert disclosure.to_review(secretary, AT + HOUR) == []
    assert [one.verdict_label for one in disclosure.judged(secretary, AT + HOUR)] == ["没有正当理由"]
    assert "您的破例查阅已核查：没有正当理由。问过家属，没有这回事" in told(clerk.person_id)
    [alarm] = disclosure.alarms(here.people["security_administrator"])
    assert alarm.kind_label == "破例查阅没有正当理由"
    sentences = [one.sentence for one in disclosure.reads_about(here.elder.id)]
    assert f"核查了{clerk.person_name} 2026-11-20 的破例查阅：没有正当理由" in sentences
    with pytest.raises(Conflict):
        disclosure.review(
            glass_id=made.id, verdict="justified", words="再想想也可以", by=secretary, at=AT + HOUR
        )


def test_nobody_but_the_post_above_judges(here: Here) -> None:
    made = broken(here)

    def judge(role: str) -> None:
        disclosure.review(
            glass_id=made.id, verdict="justified", words="情况属实", by=here.people[role], at=AT + HOUR
        )

    for role in ("town_dispatcher", "security_administrator", "auditor"):
        with pytest.raises(NotThere):
            judge(role)
    for role in ("village_clerk", "grid_worker"):
        with pytest.raises(NotAllowed):
            judge(role)
    judge("village_secretary")


def test_unjudged_for_72_hours_it_goes_up_and_blocks(here: Here) -> None:
    clerk, security = here.people["village_clerk"], here.people["security_administrator"]
    made = broken(here)
    assert disclosure.mark_overdue(AT + 72 * HOUR - MINUTE) == 0
    broken(here, here.spouse, at=AT + 72 * HOUR - MINUTE)  # not yet overdue: not yet blocked
    late = AT + 72 * HOUR
    with pytest.raises(Refused, match="核查之前不能再破例"):  # also before the job has run
        broken(here, here.home, at=late)
    assert "不能再破例" in disclosure.before_breaking(clerk, late).blocked
    assert disclosure.mark_overdue(late) == 1
    assert disclosure.mark_overdue(late) == 0
    assert told(security.person_id) == [f"{clerk.person_name}的破例查阅超过 72 小时没有核查，请您核查"]
    assert AccessAlarm.everything.get().kind == "overdue"
    [line] = disclosure.to_review(security, late)
    assert (line.id, line.is_overdue) == (made.id, True)
    disclosure.review(glass_id=made.id, verdict="justified", words="补查属实", by=security, at=late + HOUR)
    broken(here, here.home, at=late + 2 * HOUR)


def test_an_alarm_is_cleared_with_words_once(here: Here) -> None:
    security = here.people["security_administrator"]
    broken(here)
    disclosure.mark_overdue(AT + 73 * HOUR)
    [alarm] = disclosure.alarms(security)
    with pytest.raises(Refused):
        disclosure.clear_alarm(alarm_id=alarm.id, words="", by=security, at=AT + 74 * HOUR)
    with pytest.raises(NotAllowed):
        disclosure.clear_alarm(
            alarm_id=alarm.id, words="已经提醒书记", by=here.people["auditor"], at=AT + 74 * HOUR
        )
    disclosure.clear_alarm(alarm_id=alarm.id, words="已经提醒书记", by=security, at=AT + 74 * HOUR)
    with pytest.raises(Conflict):
        disclosure.clear_alarm(alarm_id=alarm.id, words="已经提醒书记", by=security, at=AT + 75 * HOUR)


def test_reads_of_a_household_are_its_members_while_they_live_there(here: Here) -> None:
    worker = here.people["grid_worker"]
    disclosure.open_file(ref=here.ref(here.home), by=worker, at=AT)
    disclosure.open_file(ref=here.ref(here.elder), by=worker, at=AT + MINUTE)
    assert [one.subject_kind for one in disclosure.reads_about(here.elder.id)] == ["resident", "household"]
    assert [one.subject_kind for one in disclosure.reads_about(here.spouse.id)] == ["household"]
    assert disclosure.reads_about(here.neighbour.id) == []


def test_without_a_good_reason_the_file_closes_at_once(here: Here) -> None:
    clerk, secretary = here.people["village_clerk"], here.people["village_secretary"]
    kept, made = broken(here, here.home), broken(here)
    for glass, verdict in ((kept, "justified"), (made, "unjustified")):
        disclosure.review(
            glass_id=glass.id, verdict=verdict, words="问过家属和本人了", by=secretary, at=AT + 5 * MINUTE
        )
    made.refresh_from_db()
    assert made.ends_at == AT + 5 * MINUTE
    assert disclosure.open_file(ref=here.ref(here.home), by=clerk, at=AT + 6 * MINUTE).because.kind == "glass"
    with pytest.raises(disclosure.NeedsReason):
        disclosure.open_file(ref=here.ref(here.elder), by=clerk, at=AT + 5 * MINUTE)


def test_the_form_names_who_comes_after_the_judge_only_where_somebody_does(here: Here) -> None:
    assert not disclosure.before_breaking(here.people["village_clerk"], AT).judged_last
    assert disclosure.before_breaking(here.people["town_dispatcher"], AT).judged_last
