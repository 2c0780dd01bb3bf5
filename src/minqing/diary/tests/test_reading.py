"""Promises about reading: scope, who shares a diary, constant queries, and whom to call on next with the reason."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from minqing.accounts.tests.factories import AT, small_county
from minqing.areas.models import Area
from minqing.areas.public import move_area
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.diary.public import (
    PAGE_ROWS,
    DiaryFilters,
    FindingInput,
    area_diary,
    due_visits,
    finding,
    last_visits,
    officer_diary,
    photo,
    subject_diary,
    visit,
)
from minqing.diary.tests.factories import (
    jpeg,
    make_household,
    make_resident,
    make_tag,
    make_visit,
    ref,
    upload,
)
from minqing.kernel.errors import NotThere
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    HANDLER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.kernel.scope import Unscoped
from minqing.registry.public import Household

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return small_county()


@pytest.fixture
def worker(here):
    return here.actor(GRID_WORKER)


def test_a_line_says_who_where_what_and_what_was_found(here, worker):
    household = make_household(here.grid)
    findings = [FindingInput("路灯不亮。"), FindingInput("水管漏。", True, "换了垫圈")]
    made = make_visit(household, worker, heard="长" * 200, findings=findings, photos=[upload(jpeg())])
    (line,) = officer_diary(worker, worker.person_id).lines
    assert (line.visit_id, line.officer_name, line.area_name) == (made.id, worker.person_name, here.grid.name)
    assert line.subject == ref(household)
    assert household.address in line.subject_label
    assert line.heard == "长" * 79 + "…"
    assert [(f.text, f.solved_on_spot) for f in line.findings] == [("路灯不亮。", False), ("水管漏。", True)]
    assert (line.photo_count, line.amended, line.kind_label) == (1, False, "日常走访")
    whole = visit(made.id, worker, AT)
    assert whole.heard == "长" * 200
    assert whole.why_not_amend is None
    assert len(whole.photos) == 1
    source = finding(line.findings[0].id, worker)
    assert (source.subject, source.area_id, source.finding.text) == (
        ref(household), here.grid.id, "路灯不亮。",
    )  # fmt: skip


@pytest.mark.parametrize("role", [GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY])
def test_a_neighbouring_village_sees_nothing(here, worker, role):
    household = make_household(here.grid)
    made = make_visit(household, worker, findings=[FindingInput("路灯不亮。")], photos=[upload(jpeg())])
    where = here.neighbour_grid if role is GRID_WORKER else here.neighbour
    stranger = here.actor(role, area=where)
    assert officer_diary(stranger, worker.person_id).total == 0
    assert subject_diary(ref(household), stranger).total == 0
    assert area_diary(stranger, here.county).total == 0
    assert due_visits(stranger, AT) == []
    for look in (
        lambda: visit(made.id, stranger, AT),
        lambda: finding(Finding.objects.get().id, stranger),
        lambda: photo(VisitPhoto.objects.get().id, stranger),
    ):
        with pytest.raises(NotThere):
            look()


@pytest.mark.parametrize("role", [SYSTEM_ADMINISTRATOR, AUDITOR, HANDLER])
def test_who_does_not_knock_at_doors_reads_no_diary(here, worker, role):
    make_visit(make_household(here.grid), worker)
    assert area_diary(here.actor(role), here.county).total == 0


def test_what_is_not_there_and_what_is_not_yours_look_the_same(worker):
    for look in (
        lambda: visit(uuid4(), worker, AT),
        lambda: finding(uuid4(), worker),
        lambda: photo(uuid4(), worker),
    ):
        with pytest.raises(NotThere, match="没有找到，或者不在您的辖区内"):
            look()
    with pytest.raises(Unscoped):
        list(Visit.objects.all())


def test_a_moved_village_is_read_by_its_new_town(here, worker):
    make_visit(make_household(here.grid), worker)
    dispatchers = [here.actor(TOWN_DISPATCHER), here.actor(TOWN_DISPATCHER, area=here.other_town)]
    assert [area_diary(one, here.county).total for one in dispatchers] == [1, 0]
    administrator = here.actor(SYSTEM_ADMINISTRATOR)
    move_area(area_id=here.village.id, to_id=here.other_town.id, reason="调整", by=administrator, at=AT)
    assert [area_diary(one, here.county).total for one in dispatchers] == [0, 1]
    assert area_diary(dispatchers[1], Area.objects.get(id=here.village.id)).total == 1


def test_where_somebody_moved_to_is_not_told_to_the_area_they_left(here, worker):
    granny = make_resident(here.grid, "张桂香", make_household(here.grid, "岭脚12号"))
    make_visit(granny, worker)
    assert officer_diary(worker, worker.person_id).lines[0].subject_label == "张桂香（岭脚12号）"
    granny.area = here.far_grid
    granny.save(update_fields=["area"])
    assert officer_diary(worker, worker.person_id).lines[0].subject_label == "张桂香"


def test_a_household_and_its_members_share_a_diary(here, worker):
    household = make_household(here.grid)
    mother, son = make_resident(here.grid, "张桂香", household), make_resident(here.grid, "裘建国", household)
    make_visit(mother, worker, heard="母亲说的。")
    make_visit(son, worker, heard="儿子说的。")
    make_visit(household, worker, heard="一家人说的。")
    make_visit(make_resident(here.grid, "隔壁人"), worker)

    def heard(subject) -> set[str]:
        return {line.heard for line in subject_diary(ref(subject), worker).lines}

    assert heard(household) == {"母亲说的。", "儿子说的。", "一家人说的。"}
    assert heard(mother) == {"母亲说的。", "一家人说的。"}


def test_an_areas_diary_is_narrowed_by_filters(here, worker):
    household, resident = make_household(here.grid), make_resident(here.second_grid)
    clerk = here.actor(VILLAGE_CLERK)
    make_visit(household, worker, days_ago=10, findings=[FindingInput("路灯不亮。")])
    make_visit(resident, clerk, days_ago=2, kind="care")

    def total(**given) -> int:
        return area_diary(clerk, here.village, filters=DiaryFilters(**given)).total

    assert total() == 2
    assert total(kind="care") == total(subject_kind="resident") == total(officer_id=clerk.person_id) == 1
    assert total(since=AT - timedelta(days=5)) == total(until=AT - timedelta(days=5)) == 1
    assert total(with_findings=True) == 1
    assert total(kind="care", with_findings=True) == 0
    assert area_diary(clerk, here.second_grid).total == 1


def _many(here, worker, count) -> list[Household]:
    households = [make_household(here.grid, f"岭脚{n}号") for n in range(5)]
    visits = [
        Visit(
            id=uuid7(), area=here.grid, officer_id=worker.person_id, appointment_id=worker.acting.id,
            subject_kind="household", subject_id=households[n % 5].id, heard=f"第{n}次",
            visited_at=AT - timedelta(hours=n), recorded_at=AT, content_hash=b"x",
        )
        for n in range(count)
    ]  # fmt: skip
    Visit.everything.bulk_create(visits)
    Finding.objects.bulk_create(
        Finding(visit=one, number=1, text="路灯不亮。", added_at=AT) for one in visits
    )
    return households


def test_a_page_takes_as_many_queries_for_ten_rows_as_for_a_thousand(here, worker):
    def queries(subject) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            officer_diary(worker, worker.person_id)
            subject_diary(ref(subject), worker)
            area_diary(worker, here.grid)
            due_visits(worker, AT)
        return len(seen)

    (subject, *_) = _many(here, worker, 10)
    few = queries(subject)
    _many(here, worker, 1000)
    assert queries(subject) == few
    page = officer_diary(worker, worker.person_id, page=51)
    assert (page.total, page.pages, len(page.lines)) == (1010, 51, 1010 - 50 * PAGE_ROWS)
    assert officer_diary(worker, worker.person_id, page=9999).page == 51
    newest = officer_diary(worker, worker.person_id).lines
    assert [line.at for line in newest] == sorted((line.at for line in newest), reverse=True)


def test_whom_to_call_on_comes_with_the_reason(here, worker):
    granny = make_resident(here.grid, "张桂香")
    make_tag(granny, "living_alone", worker.person_id)
    make_visit(granny, worker, days_ago=9)
    (due,) = due_visits(worker, AT)
    assert due.subject == ref(granny)
    assert due.days == 9
    assert due.reason == "张桂香独居，已 9 天未走访"
    make_visit(granny, worker, days_ago=3, kind="missed", met="", heard="", done="")
    assert due_visits(worker, AT)[0].days == 9  # a shut door is not a visit
    make_visit(granny, worker, days_ago=6)
    assert due_visits(worker, AT) == []


def test_a_call_on_the_household_counts_for_its_members_and_back(here, worker):
    household = make_household(here.grid)
    granny = make_resident(here.grid, "张桂香", household)
    make_tag(granny, "living_alone", worker.person_id)
    assert [due.days for due in due_visits(worker, AT)] == [None, None]
    make_visit(household, worker, days_ago=1)
    assert due_visits(worker, AT) == []
    other = make_household(here.grid, "岭脚13号")
    son = make_resident(here.grid, "裘建国", other)
    make_visit(son, worker, days_ago=1)
    assert due_visits(worker, AT) == []


def test_the_tagged_come_first_the_longest_overdue_of_them_before_the_rest(here, worker):
    never = make_household(here.grid, "从未走访")
    long_ago = make_household(here.grid, "很久以前")
    make_visit(long_ago, worker, days_ago=120)
    recent = make_household(here.grid, "刚刚走访")
    make_visit(recent, worker, days_ago=3)
    risky = make_household(here.grid, "坡脚1号")
    make_tag(risky, "geological_risk", worker.person_id)
    make_visit(risky, worker, days_ago=31)
    granny = make_resident(here.grid, "张桂香")
    make_tag(granny, "living_alone", worker.person_id)
    make_visit(granny, worker, days_ago=20)
    elsewhere = make_resident(here.neighbour_grid, "别处的人")
    make_tag(elsewhere, "living_alone", worker.person_id)
    assert [due.subject for due in due_visits(worker, AT)] == [
        ref(granny), ref(risky), ref(never), ref(long_ago),
    ]  # fmt: skip
    assert len(due_visits(worker, AT, limit=2)) == 2


def test_who_is_away_or_whose_tag_has_ended_is_not_due(here, worker):
    away = make_resident(here.grid, "外出的人")
    away.presence = "away"
    away.save(update_fields=["presence"])
    make_tag(away, "disabled", worker.person_id)
    once = make_resident(here.grid, "已搬走的标签")
    tag = make_tag(once, "living_alone", worker.person_id)
    tag.ends_on = date(2026, 11, 1)
    tag.save(update_fields=["ends_on"])
    assert due_visits(worker, AT) == []


def test_only_whoever_may_record_is_told_whom_to_call_on(here):
    make_household(here.grid)
    assert due_visits(here.actor(SYSTEM_ADMINISTRATOR), AT) == []


def test_last_visits_leave_out_the_never_visited(here, worker):
    seen, unseen = make_household(here.grid, "甲"), make_household(here.grid, "乙")
    make_visit(seen, worker, days_ago=5)
    last = make_visit(seen, worker, days_ago=1)
    assert last_visits([ref(seen), ref(unseen)]) == {ref(seen): last.visited_at}
    assert last_visits([]) == {}
