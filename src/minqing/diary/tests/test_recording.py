"""Promises about writing: a resend is the same visit, nobody writes where they may not, nothing bad gets in."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections
from PIL import Image

from minqing.accounts.public import actor_of, end_appointment
from minqing.accounts.tests.factories import AT, appoint, make_person, small_county
from minqing.areas.public import close_area
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.diary.public import FindingInput, GeoFix, add_finding, amend_visit, photo, record_visit
from minqing.diary.services import remove_orphans
from minqing.diary.tests.factories import HOUR, jpeg, make_household, make_resident, make_visit, ref, upload
from minqing.journal.models import Entry
from minqing.journal.public import erase_personal, timeline
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    HANDLER,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return small_county()


@pytest.fixture
def worker(here):
    return here.actor(GRID_WORKER)


@pytest.fixture
def household(here):
    return make_household(here.grid)


def _given(household, worker, **other) -> dict[str, Any]:
    return {
        "visit_id": uuid7(),
        "subject": ref(household),
        "visited_at": AT - HOUR,
        "met": "张阿婆",
        "heard": "路灯不亮。",
        "done": "报了修。",
        "findings": [FindingInput("路灯不亮。"), FindingInput("水管漏。", True, "换了垫圈")],
        "place": GeoFix(120.6412, 29.7012, 8.0),
        "by": worker,
        "at": AT,
    } | other


def test_a_visit_is_kept_with_its_findings_photos_and_entry(household, worker):
    visit = record_visit(**_given(household, worker, photos=[upload(jpeg()), upload(jpeg(size=(64, 48)))]))
    kept = Visit.objects.visible_to(worker).get()
    assert (kept.id, kept.area_id, kept.officer_id) == (visit.id, household.area_id, worker.person_id)
    assert worker.acting is not None
    assert kept.appointment_id == worker.acting.id
    assert (kept.lon, kept.lat, kept.accuracy_m) == (120.6412, 29.7012, 8.0)
    assert [(f.number, f.text, f.solved_on_spot, f.solution) for f in Finding.objects.filter(visit=visit)] == [
        (1, "路灯不亮。", False, ""), (2, "水管漏。", True, "换了垫圈"),
    ]  # fmt: skip
    assert VisitPhoto.objects.filter(visit=visit).count() == 2
    line = timeline("household", household.id)[-1]
    assert line.sentence == "记了一次日常走访，见了张阿婆，记下 2 条发现（1 条现场已解决），附 2 张照片"
    erase_personal(subject_kind="household", subject_id=household.id)
    assert "张阿婆" not in timeline("household", household.id)[-1].sentence


def test_a_resend_is_the_same_record(household, worker):
    data = jpeg()
    given = _given(household, worker)
    first = record_visit(**given, photos=[upload(data)])
    again = record_visit(**given | {"at": AT + timedelta(days=2)}, photos=[upload(data)])
    assert again.id == first.id
    assert again.recorded_at == AT
    assert Visit.everything.count() == VisitPhoto.objects.count() == 1
    assert Entry.objects.filter(kind="diary.visit_recorded").count() == 1
    assert len(_files()) == 1


def test_a_resend_after_an_amendment_or_the_end_of_the_appointment_still_gets_the_answer(
    here, household, worker
):
    given = _given(household, worker)
    visit = record_visit(**given)
    amend_visit(
        visit_id=visit.id,
        base_version=1,
        met="张阿婆",
        heard="路灯修好了。",
        done="",
        kind="visit",
        by=worker,
        at=AT,
    )
    nobody = actor_of(here.people["grid_worker"], date(2020, 1, 1))
    assert nobody.acting is None
    assert record_visit(**given | {"by": nobody}).heard == "路灯修好了。"


def test_the_same_id_with_other_content_is_refused_and_nothing_is_overwritten(here, household, worker):
    given = _given(household, worker)
    record_visit(**given)
    neighbour = here.actor(GRID_WORKER, area=here.neighbour_grid)
    others: tuple[dict[str, Any], ...] = (
        {"heard": "别的话。"}, {"findings": []}, {"photos": [upload(jpeg())]}, {"place": None}, {"by": neighbour},
    )  # fmt: skip
    for other in others:
        with pytest.raises(Conflict, match="已经提交过") as refused:
            record_visit(**given | other)
        assert "路灯" not in refused.value.message
    assert Visit.everything.get().heard == "路灯不亮。"
    assert _files() == []


def test_the_same_words_under_another_id_within_the_hour_are_the_first_visit(household, worker):
    """The browser's Back: the form comes again with a fresh id, and photos are never filled in again."""
    first = record_visit(**_given(household, worker, photos=[upload(jpeg())]))
    entries = Entry.objects.count()
    for later, photos in ((timedelta(minutes=1), []), (HOUR, [jpeg()])):
        again = _given(household, worker, photos=[upload(one) for one in photos], at=AT + later, place=None)
        assert record_visit(**again | {"visited_at": AT - HOUR + later}).id == first.id
    add_finding(visit_id=first.id, text="后来挑出的一句。", by=worker, at=AT + timedelta(minutes=2))
    assert record_visit(**_given(household, worker, at=AT + timedelta(minutes=3))).id == first.id
    assert Visit.everything.count() == VisitPhoto.objects.count() == len(_files()) == 1
    assert Entry.objects.count() == entries + 1  # the finding


@pytest.mark.parametrize(
    "other",
    [
        {"heard": "路灯不亮！"},
        {"kind": "safety"},
        {"findings": []},
        {"photos": [upload(jpeg(size=(64, 48)))]},
        {"at": AT + HOUR + timedelta(seconds=1)},
        {"visited_at": AT - 3 * HOUR},
    ],
)
def test_what_differs_from_a_visit_of_the_last_hour_is_another_visit(household, worker, other):
    first = record_visit(**_given(household, worker))
    assert record_visit(**_given(household, worker) | other).id != first.id
    assert Visit.everything.count() == 2


def test_the_same_words_of_a_colleague_or_at_another_door_are_another_visit(here, household, worker):
    record_visit(**_given(household, worker))
    record_visit(**_given(household, here.actor(VILLAGE_CLERK)))
    record_visit(**_given(make_household(here.grid, "举坑村岭脚13号"), worker))
    assert Visit.everything.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_visit_sent_twice_at_once_is_one_visit():
    here = small_county()
    worker = here.actor(GRID_WORKER)
    given = _given(make_household(here.grid), worker)
    answers: list[object] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        try:
            answers.append(record_visit(**given, photos=[upload(jpeg())]).id)
        except Exception as error:  # noqa: BLE001 - shown by the assert below
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [given["visit_id"]] * 4
    assert Visit.everything.count() == VisitPhoto.objects.count() == len(_files()) == 1


@pytest.mark.parametrize(
    ("other", "words", "field"),
    [
        ({"visited_at": AT + timedelta(days=1)}, "还没有到", "visited_at"),
        ({"visited_at": AT - timedelta(days=500)}, "400 天", "visited_at"),
        ({"heard": "漏" * 4001}, "最多 4000 字", "heard"),
        ({"met": "张" * 501}, "最多 500 字", "met"),
        ({"kind": "party"}, "请在这些类型里选一个", "kind"),
        ({"met": "", "heard": "", "done": "", "findings": []}, "至少写一句", "met"),
        ({"findings": [FindingInput(f"{n}处") for n in range(21)]}, "最多记 20 条", "finding"),
        ({"place": GeoFix(500, 0)}, "关闭定位", "lon"),
        ({"photos": [upload(b"x")] * 10}, "最多 9 张", "photos"),
        ({"photos": [upload(b"MZ not a photo")]}, "不是能打开的照片", None),
    ],
)
def test_bad_input_is_refused_with_a_sentence(household, worker, other, words, field):
    with pytest.raises(Refused, match=words) as refused:
        record_visit(**_given(household, worker, **other))
    assert refused.value.field == field
    assert Visit.everything.count() == 0
    assert _files() == []


def test_a_door_that_stayed_shut_needs_no_words(household, worker):
    visit = record_visit(
        **_given(household, worker, kind="missed", met="", heard="", done="", findings=[], place=None)
    )
    assert timeline("household", household.id)[-1].sentence == "记了一次未遇到人"
    assert visit.lon is None


def test_a_neighbouring_grid_worker_does_not_find_the_household(here, household):
    neighbour = here.actor(GRID_WORKER, area=here.neighbour_grid)
    with pytest.raises(NotThere):
        record_visit(**_given(household, neighbour))


@pytest.mark.parametrize("role", [SYSTEM_ADMINISTRATOR, AUDITOR, HANDLER])
def test_who_does_not_knock_at_doors_records_nothing(here, household, role):
    with pytest.raises((NotAllowed, NotThere)):
        record_visit(**_given(household, here.actor(role)))


def test_seeing_through_one_appointment_does_not_let_one_write_in_another(here, household):
    person = make_person("both", name="两任")
    appoint(person, GRID_WORKER, here.neighbour_grid)
    clerk = appoint(person, VILLAGE_CLERK, here.village)
    with pytest.raises(NotAllowed, match="不在您任职的辖区"):
        record_visit(**_given(household, actor_of(person, AT.date())))
    assert record_visit(**_given(household, actor_of(person, AT.date(), clerk.id))).area_id == here.grid.id


def test_an_ended_appointment_writes_nothing(here, household, worker):
    assert worker.acting is not None
    end_appointment(
        appointment_id=worker.acting.id, ends_on=AT.date() - timedelta(days=1), reason="调岗",
        by=here.actor(SECURITY_ADMINISTRATOR), at=AT,
    )  # fmt: skip
    with pytest.raises((NotAllowed, NotThere)):
        record_visit(**_given(household, actor_of(here.people["grid_worker"], AT.date())))


def test_a_closed_area_takes_no_visit(here, household, worker):
    visit = make_visit(household, worker)
    close_area(area_id=here.grid.id, reason="并网格", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    with pytest.raises(Refused, match="已撤销"):
        record_visit(**_given(household, worker))
    with pytest.raises(Refused, match="已撤销"):
        add_finding(visit_id=visit.id, text="水管也漏。", by=worker, at=AT)


def test_exif_and_position_are_gone_from_the_stored_photo(household, worker):
    data = jpeg(with_gps=True, size=(4000, 3000))
    assert b"HUAWEI" in data
    record_visit(**_given(household, worker, photos=[upload(data, "张阿婆家.jpg")]))
    row = VisitPhoto.objects.get()
    path = photo(row.id, worker)
    stored = path.read_bytes()
    assert b"HUAWEI" not in stored
    assert b"Exif" not in stored
    assert b"secret" not in stored
    with Image.open(path) as picture:
        assert not picture.getexif()
        assert picture.size == (row.width, row.height) == (1600, 1200)
    assert path.name != "张阿婆家.jpg"
    assert Path(str(row.file.name)).parts[:2] == ("visits", "2026")


def test_a_failing_visit_leaves_no_file(household, worker, monkeypatch):
    def fails(*args, **kwargs):
        assert len(_files()) == 2
        raise RuntimeError("the journal is away")

    monkeypatch.setattr("minqing.diary.services.record", fails)
    with pytest.raises(RuntimeError, match="away"):
        record_visit(**_given(household, worker, photos=[upload(jpeg()), upload(jpeg())]))
    assert _files() == []
    assert Visit.everything.count() == 0


def test_only_files_without_a_row_and_a_day_old_are_tidied_away(household, worker):
    record_visit(**_given(household, worker, photos=[upload(jpeg())]))
    (kept,) = _files()
    default_storage.save("visits/2026/lost.jpg", upload(jpeg()))
    age = default_storage.get_modified_time("visits/2026/lost.jpg")
    assert remove_orphans(age + timedelta(hours=23)) == 0
    assert remove_orphans(age + timedelta(hours=25)) == 1
    assert _files() == [kept]


def _amend(visit, by, **other) -> Visit:
    given: dict[str, Any] = {
        "base_version": 1,
        "met": visit.met,
        "heard": "路灯不亮半个月了。",
        "done": visit.done,
    }
    return amend_visit(**{"visit_id": visit.id, "kind": "visit", "by": by, "at": AT, **given, **other})


def test_an_officer_amends_their_own_visit_and_the_words_before_are_kept(household, worker):
    visit = make_visit(household, worker)
    amended = _amend(visit, worker)
    assert (amended.version, amended.heard, amended.amended_at) == (2, "路灯不亮半个月了。", AT)
    assert timeline("household", household.id)[-1].sentence == "修改了走访记录的“听到什么”"
    assert _amend(visit, worker).version == 2  # sent again
    with pytest.raises(Conflict, match=f"{worker.person_name}在.*已经改过.*“听到什么”"):
        _amend(visit, worker, heard="又一种说法。")


def test_others_and_late_amendments_are_refused(here, household, worker):
    visit = make_visit(household, worker)
    with pytest.raises(Refused, match="本人"):
        _amend(visit, here.actor(VILLAGE_CLERK))
    with pytest.raises(NotThere):
        _amend(visit, here.actor(GRID_WORKER, area=here.neighbour_grid))
    with pytest.raises(Refused, match="超过 3 天"):
        _amend(visit, worker, at=AT + timedelta(days=3, minutes=1))
    with pytest.raises(Refused, match="至少写一句"):
        _amend(visit, worker, met="", heard="", done="")


def test_a_sentence_picked_twice_is_one_finding(here, household, worker):
    visit = make_visit(household, worker)
    first = add_finding(visit_id=visit.id, text="门口的路灯不亮了。", by=worker, at=AT)
    again = add_finding(visit_id=visit.id, text="门口的路灯不亮了。", by=here.actor(TOWN_DISPATCHER), at=AT)
    assert again.id == first.id
    second = add_finding(
        visit_id=visit.id, text="水管也漏。", solved_on_spot=True, solution="换了垫圈", by=worker, at=AT
    )
    assert (first.number, second.number) == (1, 2)
    assert (
        timeline("household", household.id)[-1].sentence == "从走访里记下一条发现：“水管也漏。”，现场已解决"
    )
    with pytest.raises(Conflict, match="第 2 条"):
        add_finding(visit_id=visit.id, text="水管也漏。", by=worker, at=AT)
    with pytest.raises(NotThere):
        add_finding(visit_id=visit.id, text="冒名", by=here.actor(GRID_WORKER, area=here.far_grid), at=AT)
    for number in range(3, 21):
        add_finding(visit_id=visit.id, text=f"第{number}处", by=worker, at=AT)
    with pytest.raises(Refused, match="最多记 20 条"):
        add_finding(visit_id=visit.id, text="再一处", by=worker, at=AT)


def test_a_visit_stays_where_it_was_made(here, worker):
    resident = make_resident(here.grid)
    make_visit(resident, worker)
    resident.area = here.neighbour_grid
    resident.save(update_fields=["area"])
    assert Visit.objects.visible_to(worker).count() == 1
    assert Visit.objects.visible_to(here.actor(GRID_WORKER, area=here.neighbour_grid)).count() == 0


def test_the_database_itself_refuses_half_a_position_and_a_visit_from_the_future():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'visit'::regclass AND contype = 'c'"
        )
        names = {name for (name,) in cursor.fetchall()}
    assert {"visit_place_is_on_the_earth", "visit_is_recorded_after_it_was_made"} <= names


def _files() -> list[str]:
    root = Path(default_storage.path("visits"))
    return sorted(str(one.relative_to(root)) for one in root.rglob("*.jpg")) if root.exists() else []
