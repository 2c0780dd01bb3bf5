"""What is past its term is gone by the next morning, and nothing else is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from procrastinate.contrib.django import app

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases.models import Case, Contact
from minqing.cases.public import ContactInput, Report, open_case
from minqing.diary.models import VisitPhoto
from minqing.diary.tests.factories import jpeg, make_visit, upload
from minqing.journal.models import Entry
from minqing.journal.public import erase_personal, timeline
from minqing.kernel.ids import uuid7
from minqing.notices.models import Notice
from minqing.privacy import services
from minqing.privacy.events import TermPassed
from minqing.privacy.queries import classification
from minqing.privacy.services import clear, clear_jobs, erase_row
from minqing.registry.models import HouseholdMember, Resident
from minqing.registry.tests.factories import make_home

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def passed() -> dict[str, int]:
    """Return how many rows the journal says went, by table."""
    entries = Entry.objects.filter(kind=TermPassed.kind)
    return {one.facts["table"]: one.facts["rows"] for one in entries}


def gone(resident: Resident, at: datetime) -> None:
    Resident.everything.filter(id=resident.id).update(
        closed_on=at.date(), how_gone="left", closed_because="搬去杭州，电话 13812345678"
    )


def test_a_file_closed_for_five_years_keeps_its_id_and_nothing_personal(here: SmallCounty) -> None:
    _, (stays, left) = make_home(here.grid, "裘老大", "裘老二")
    gone(left, AT)
    clear(AT + 1825 * DAY)
    left.refresh_from_db()
    assert left.name == "裘老二"
    clear(AT + 1827 * DAY)
    left.refresh_from_db()
    stays.refresh_from_db()
    assert (left.name, left.name_initials, left.sex, left.birth_date) == ("（已删除）", "", "", None)
    assert (left.closed_because, left.id_index, left.phone_index, left.first_content) == (
        "",
        None,
        None,
        None,
    )
    assert not HouseholdMember.objects.filter(resident=left).exists()
    assert stays.name == "裘老大"
    assert HouseholdMember.objects.filter(resident=stays).exists()
    assert passed() == {"resident": 1}
    assert clear(AT + 1827 * DAY) == []  # once is enough


def test_the_entry_says_what_went_in_a_sentence(here: SmallCounty) -> None:
    _, (left,) = make_home(here.grid, "裘老二")
    gone(left, AT)
    clear(AT + 1827 * DAY)
    (line,) = timeline("area", here.county.id)
    assert line.sentence == "“居民档案”满 1825 天的 1 条，到期清空了其中的个人信息"


def test_a_photo_goes_after_three_years_with_its_file_and_the_words_after_ten(
    here: SmallCounty, django_capture_on_commit_callbacks: Any
) -> None:
    household, _ = make_home(here.grid, "裘老大")
    visit = make_visit(household, everyone(here)["grid_worker"], photos=[upload(jpeg())])
    photo = VisitPhoto.objects.get()
    assert default_storage.exists(str(photo.file.name))
    with django_capture_on_commit_callbacks(execute=True):
        clear(AT + 1096 * DAY)
    assert not VisitPhoto.objects.exists()
    assert not default_storage.exists(str(photo.file.name))
    visit.refresh_from_db()
    assert "路灯" in visit.heard
    clear(AT + 3651 * DAY)
    visit.refresh_from_db()
    assert (visit.met, visit.heard, visit.done) == ("（已删除）", "", "")


def test_three_years_after_the_end_nobody_can_ring_the_reporter(here: SmallCounty) -> None:
    report = Report(
        id=uuid7(), source="door_code", area_id=here.micro_grid.id, words="路灯坏了，晚上看不见路",
        contact=ContactInput("裘大爷", "13800000000"),
    )  # fmt: skip
    case = open_case(report, by=None, at=AT)
    clear(AT + 5000 * DAY)
    assert Contact.objects.exists(), "an open case keeps its reporter however long it takes"
    Case.everything.filter(id=case.id).update(closed_at=AT)
    clear(AT + 1096 * DAY)
    assert not Contact.objects.exists()


def test_far_in_the_future_nothing_is_left_past_its_term(here: SmallCounty) -> None:
    household, (left,) = make_home(here.grid, "裘老大")
    gone(left, AT)
    people = everyone(here)
    visit = make_visit(household, people["grid_worker"])
    case = open_case(
        Report(id=uuid7(), source="door_code", area_id=here.grid.id, words="井盖没了，很危险"), by=None, at=AT
    )
    Case.everything.filter(id=case.id).update(closed_at=AT)
    noticed(people["grid_worker"].person_id)
    assert visit.id
    future = AT + timedelta(days=40_000)
    clear(future)
    for table in classification().values():
        if table.term.after and table.term.then == "delete":
            assert rows_past(table.name, table.term, future) == 0, table.name
    assert Notice.objects.count() == 0
    assert Case.everything.get().words == "（已删除）"


def noticed(person_id: UUID) -> Notice:
    return Notice.objects.create(
        person_id=person_id, kind="cases.closed", subject_kind="case", subject_id=uuid7(), sentence="办结",
        key=str(uuid7()), made_at=AT,
    )  # fmt: skip


def rows_past(table: str, term: Any, at: datetime) -> int:
    joined = f"JOIN {term.of} p ON p.id = t.{term.through}" if term.of else ""
    column = f"{'p' if term.of else 't'}.{term.after}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} t {joined} WHERE {column} < %s", [at - timedelta(days=term.days)]
        )
        return int(cursor.fetchone()[0])


def test_more_than_a_batch_goes_in_batches_each_with_its_entry(
    here: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    person = everyone(here)["grid_worker"].person_id
    for _ in range(5):
        noticed(person)
    (cleared,) = clear(AT + 181 * DAY)
    assert cleared.rows == 5
    assert Entry.objects.filter(kind=TermPassed.kind).count() == 3


def test_one_row_can_be_emptied_at_once(here: SmallCounty) -> None:
    _, (asked, other) = make_home(here.grid, "裘老大", "裘老二")
    erase_row("resident", asked.id)
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.name, other.name) == ("（已删除）", "裘老二")


def test_erased_details_of_the_journal_read_well(here: SmallCounty) -> None:
    household, _ = make_home(here.grid, "裘老大")
    visit = make_visit(household, everyone(here)["grid_worker"])
    clear(AT + 3651 * DAY)
    assert erase_personal(subject_kind="visit", subject_id=visit.id) >= 0
    assert all(line.sentence for line in timeline("visit", visit.id))


@pytest.mark.django_db(transaction=True)
def test_finished_jobs_go_after_a_month_and_waiting_ones_stay() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == 0
    app.configure_task("privacy.clear").defer(timestamp=0)
    assert clear_jobs(AT + timedelta(days=4000)) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    assert clear_jobs(AT + timedelta(days=4000)) == 1
