"""Areas, people, the calendar and the audit at the desk: who may, what is wrong, what follows."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.models import Appointment, Person
from minqing.accounts.tests.factories import AT, DAY, appoint, make_area, make_person, stepped_up
from minqing.areas.models import Area
from minqing.desk.pages.audit import SUBJECTS
from minqing.desk.tests.county import Desk, signed_in, telephoned
from minqing.diary.tests.factories import make_visit
from minqing.journal.public import EVENTS, GROUPS
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.registry.public import subject_ref
from minqing.registry.tests.factories import make_home, make_resident
from minqing.workflow.models import WorkingDay
from minqing.workflow.public import ensure_calendar


def text(answer) -> str:
    return str(answer.content.decode())


# Areas


def test_the_tree_is_read_by_everybody_and_changed_by_few(desk: Desk):
    village = desk.county.village
    for role in (GRID_WORKER, HANDLER, AUDITOR, SYSTEM_ADMINISTRATOR):
        client = desk.as_(role)
        assert "谷来镇" in text(client.get(reverse("desk:areas")))
        page = text(client.get(reverse("desk:area", args=[village.id])))
        assert "举坑村第一网格" in page
        assert "还没有画" in page
        assert ("调整归属" in page) == (role is SYSTEM_ADMINISTRATOR)
        assert "护国岭村" in text(client.get(reverse("desk:areas"), {"q": "护国"}))
    for name in ("area_open", "area_rename", "area_move", "area_close"):
        address = reverse(f"desk:{name}", args=[village.id])
        assert desk.as_(TOWN_DISPATCHER).get(address).status_code == 403
        assert desk.as_(TOWN_DISPATCHER).post(address).status_code == 403
        assert desk.as_(SYSTEM_ADMINISTRATOR).get(address).status_code == 200
    assert desk.as_(SYSTEM_ADMINISTRATOR).get(reverse("desk:area", args=[uuid7()])).status_code == 404
    assert "没有找到" in text(desk.as_(AUDITOR).get(reverse("desk:areas"), {"q": "\u202e%_\\'\""}))


def test_a_village_moves_with_everything_and_everyone_sees_what_they_should(desk: Desk):
    county = desk.county
    _, [head] = make_home(county.grid, "裘阿婆")
    make_visit(head, county.actor(GRID_WORKER))
    case = telephoned(county.grid, subject=subject_ref("resident", head.id))
    other_town = signed_in(county.actor(TOWN_DISPATCHER, area=county.other_town))
    old_town, admin = desk.as_(TOWN_DISPATCHER), desk.as_(SYSTEM_ADMINISTRATOR)
    file = reverse("desk:dossier", args=["resident", head.id])
    case_page = reverse("desk:case", args=[case.id])
    assert [old_town.get(a).status_code for a in (file, case_page)] == [200, 200]
    assert [other_town.get(a).status_code for a in (file, case_page)] == [404, 404]

    address = reverse("desk:area_move", args=[county.village.id])
    assert "石璜镇" in text(admin.get(address))
    preview = text(admin.get(address, {"to": str(county.other_town.id)}))
    assert "4 个" in preview  # the village, two grids, a micro-grid
    assert "1 件" in preview
    assert "谷来镇调度员" in preview
    assert "石璜镇调度员" in preview
    given = {"to": str(county.other_town.id), "was": str(county.town.id), "reason": ""}
    assert admin.post(address, given).status_code == 400
    assert admin.post(address, given | {"reason": "区划调整"}).status_code == 302
    again = admin.post(address, given | {"reason": "区划调整"})
    assert again.status_code == 409
    assert "有人已经调整过" in text(again)

    assert [old_town.get(a).status_code for a in (file, case_page)] == [404, 404]
    assert [other_town.get(a).status_code for a in (file, case_page)] == [200, 200]
    assert desk.as_(GRID_WORKER).get(file).status_code == 200
    assert "区划调整" in text(admin.get(reverse("desk:area", args=[county.village.id])))


def test_moves_that_make_no_sense_are_refused_with_a_sentence(desk: Desk):
    county, admin = desk.county, desk.as_(SYSTEM_ADMINISTRATOR)
    address = reverse("desk:area_move", args=[county.village.id])
    for to in (county.town, county.county, county.grid, county.village):
        given = {"to": str(to.id), "was": str(county.town.id), "reason": "试试"}
        assert admin.post(address, given).status_code == 400
    assert admin.post(address, {"to": str(uuid7()), "was": "x", "reason": "试试"}).status_code == 404
    assert admin.get(reverse("desk:area_move", args=[county.county.id])).status_code == 400
    assert admin.get(address, {"to": "x"}).status_code == 200
    assert admin.get(address, {"q": "石璜"}).status_code == 200


def test_areas_are_opened_renamed_and_closed(desk: Desk):
    county, admin = desk.county, desk.as_(SYSTEM_ADMINISTRATOR)
    opening = reverse("desk:area_open", args=[county.village.id])
    for wrong in (
        {"name": "", "code": "1"}, {"name": "三" * 99, "code": "1"}, {"name": "三", "code": "坏"},
        {"name": "三", "code": county.grid.code}, {"name": "三", "code": "1", "lon": "900"},
        {"name": "三", "code": "1", "lon": "120", "lat": ""}, {"name": "三", "code": "1", "lon": "nan", "lat": "nan"},
    ):  # fmt: skip
        assert admin.post(opening, wrong).status_code == 400, wrong
    made = {"name": "举坑村第三网格", "code": "33068310620103", "lon": "120.6", "lat": "29.7"}
    assert admin.post(opening, made).status_code == 302
    assert admin.post(opening, made).status_code == 400
    assert admin.post(reverse("desk:area_open", args=[county.micro_grid.id]), made).status_code == 400
    new = Area.objects.get(code="33068310620103")
    renaming = reverse("desk:area_rename", args=[new.id])
    assert admin.post(renaming, {"name": new.name, "reason": "改名"}).status_code == 400
    assert admin.post(renaming, {"name": "岭脚网格", "reason": "群众叫惯了"}).status_code == 302
    closing = reverse("desk:area_close", args=[new.id])
    assert admin.post(closing, {"reason": "\u200b"}).status_code == 400
    assert admin.post(closing, {"reason": "并入第一网格"}).status_code == 302
    assert admin.post(closing, {"reason": "并入第一网格"}).status_code == 400
    assert "已经撤销" in text(admin.get(reverse("desk:area", args=[new.id])))
    assert admin.get(reverse("desk:area_close", args=[county.county.id])).status_code == 404


# People


def test_an_account_is_made_appointed_and_ended(desk: Desk):
    admin = desk.as_(SECURITY_ADMINISTRATOR)
    given = {"name": "裘新", "username": "qiu.xin", "password": "guyu-lixia-xiazhi"}
    address = reverse("desk:person_new")
    for wrong in (
        {"name": ""}, {"username": "裘"}, {"username": "a b"}, {"password": "123"}, {"password": ""},
        {"name": "裘" * 99}, {"username": "x" * 99},
    ):  # fmt: skip
        answer = admin.post(address, given | wrong)
        assert answer.status_code == 400, wrong
        assert "guyu-lixia" not in text(answer)
    assert admin.post(address, given).status_code == 302
    assert admin.post(address, given).status_code == 400
    who = Person.objects.get(username="qiu.xin")
    assert "什么也看不到" in text(admin.get(reverse("desk:person", args=[who.id])))
    appointing = reverse("desk:person_appoint", args=[who.id])
    assert "举坑村第一网格" in text(admin.get(appointing, {"q": "举坑村第一"}))
    assert "网格员" in text(admin.get(appointing, {"area": str(desk.county.grid.id)}))
    there = {"area": str(desk.county.grid.id), "role": "grid_worker", "starts_on": "2026-11-20"}
    for wrong in (
        {"role": "reviewer"}, {"role": ""}, {"starts_on": ""}, {"starts_on": "昨天"}, {"ends_on": "2020-01-01"},
        {"unit": str(desk.county.unit.id)},
    ):  # fmt: skip
        assert admin.post(appointing, there | wrong).status_code == 400, wrong
    assert admin.post(appointing, there).status_code == 302
    assert admin.post(appointing, there).status_code == 400
    held = Appointment.objects.get(person=who)
    ending = reverse("desk:appointment_end", args=[who.id, held.id])
    assert admin.get(ending).status_code == 200
    assert admin.post(ending, {"ends_on": "2020-01-01", "reason": "调走"}).status_code == 400
    ended = admin.post(ending, {"ends_on": "2026-11-20", "reason": "调走"}, follow=True)
    assert "到 2026-11-20 为止，当天结束前仍有权限" in text(ended)
    assert admin.post(ending, {"ends_on": "2026-11-20", "reason": "调走"}).status_code == 400
    someone_else = desk.county.actor(GRID_WORKER).person_id
    assert admin.get(reverse("desk:appointment_end", args=[someone_else, held.id])).status_code == 404
    assert desk.as_(VILLAGE_CLERK).get(reverse("desk:people")).status_code == 403


def test_a_forgotten_password_is_reset_by_the_county(desk: Desk):
    admin, worker = desk.county.actor(SECURITY_ADMINISTRATOR), desk.county.actor(GRID_WORKER)
    client, theirs = stepped_up(signed_in(admin)), signed_in(worker)
    address = reverse("desk:person_password", args=[worker.person_id])
    assert client.get(address).status_code == 200
    weak = client.post(address, {"new": "123"})
    assert weak.status_code == 400
    assert "新密码：" in text(weak)
    assert client.post(address, {"new": "xiaoman-mangzhong-7"}).status_code == 302
    assert Person.objects.get(id=worker.person_id).check_password("xiaoman-mangzhong-7")
    assert theirs.get("/desk/").status_code == 302  # signed out everywhere
    own = client.post(reverse("desk:person_password", args=[admin.person_id]), {"new": "xiaoman-mangzhong-7"})
    assert own.status_code == 400
    assert desk.as_(VILLAGE_CLERK).post(address, {"new": "xiaoman-mangzhong-8"}).status_code == 403


def test_people_and_units_are_found_in_as_many_queries_for_many(desk: Desk):
    county, admin = desk.county, desk.as_(SECURITY_ADMINISTRATOR)

    def queries(name: str, **given: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert admin.get(reverse(f"desk:{name}"), given).status_code == 200
        return len(found)

    for nth in range(5):
        appoint(make_person(f"w{nth}", name="裘网格"), GRID_WORKER, county.grid)
    queries("people")
    few = [queries("people"), queries("people", text="裘", role="grid_worker", area=str(county.town.id))]
    for nth in range(200):
        appoint(make_person(f"x{nth}", name="裘网格"), GRID_WORKER, county.grid)
    assert [
        queries("people"), queries("people", text="裘", role="grid_worker", area=str(county.town.id))
    ] == few  # fmt: skip
    assert "谷来镇综合执法队" in text(admin.get(reverse("desk:people_units"), {"text": "执法"}))
    nobody = text(
        admin.get(reverse("desk:people"), {"text": "没有这个人", "role": "dragon", "page": "9999999"})
    )
    assert "没有找到" in nobody
    assert "职务" in nobody


# Calendar


def test_the_calendar_is_shown_to_all_and_edited_by_the_county(desk: Desk):
    ensure_calendar(at=AT)
    admin, worker = desk.as_(SYSTEM_ADMINISTRATOR), desk.as_(GRID_WORKER)
    assert "国庆节" in text(worker.get(reverse("desk:calendar")))
    for year in ("2099", "9999", "x", "-1", "²"):
        page = worker.get(reverse("desk:calendar"), {"year": year})
        assert page.status_code == 200
    assert "这一年还没有公布" in text(worker.get(reverse("desk:calendar"), {"year": "2030"}))
    day = reverse("desk:calendar_day", args=["2026-11-23"])
    assert worker.get(day).status_code == 403
    assert admin.get(day).status_code == 200
    assert admin.post(day, {"is_working": "", "label": ""}).status_code == 400
    assert admin.post(day, {"is_working": "no", "label": "台" * 41}).status_code == 400
    assert admin.post(day, {"is_working": "no", "label": "台风停工"}).status_code == 302
    assert WorkingDay.objects.get(date="2026-11-23").is_working is False
    assert "台风停工" in text(admin.get(reverse("desk:calendar"), {"year": "2026"}))
    for wrong in ("2026-02-30", "x", "9999-01-01"):
        assert admin.get(reverse("desk:calendar_day", args=[wrong])).status_code == 404


def test_a_year_is_published_from_its_announcement(desk: Desk):
    admin = desk.as_(SYSTEM_ADMINISTRATOR)
    address = reverse("desk:calendar_publish")
    given = {
        "year": "2029", "holidays": "1月1日 元旦\n10月1日至10月7日 国庆节", "make_up_days": "9月29日 国庆节调休",
        "source": "国办发明电〔2028〕9号",
    }  # fmt: skip
    for wrong in (
        {"year": "1"}, {"year": "x"}, {"holidays": ""}, {"holidays": "没有日子"}, {"make_up_days": "10月1日 又上班"},
        {"source": ""}, {"holidays": "节" * 5000},
    ):  # fmt: skip
        answer = admin.post(address, given | wrong)
        assert answer.status_code == 400, wrong
        assert "国办发明电" in text(answer) or "source" in wrong
    assert admin.post(address, given).status_code == 302
    assert "还没有公布" not in text(admin.get(reverse("desk:calendar"), {"year": "2029"}))
    assert WorkingDay.objects.get(date="2029-09-29").is_working


def test_office_hours_follow_one_another(desk: Desk):
    admin = desk.as_(SYSTEM_ADMINISTRATOR)
    address = reverse("desk:calendar_hours")
    given = {
        "morning_opens": "08:30", "morning_closes": "12:00", "afternoon_opens": "14:00",
        "afternoon_closes": "17:30", "yellow_percent": "20",
    }  # fmt: skip
    assert admin.get(address).status_code == 200
    for wrong in (
        {"morning_closes": "08:00"}, {"afternoon_opens": "11:00"}, {"afternoon_closes": "13:00"},
        {"yellow_percent": "101"}, {"morning_opens": "x"}, {"yellow_percent": ""},
    ):  # fmt: skip
        assert admin.post(address, given | wrong).status_code == 400, wrong
    assert admin.post(address, given).status_code == 302
    assert "08:30" in text(admin.get(reverse("desk:calendar")))


# Audit


def test_the_auditor_reads_everything_in_sentences_and_others_nothing(desk: Desk):
    who = make_resident(desk.county.grid, "裘阿婆")
    desk.as_(GRID_WORKER).get(reverse("desk:dossier", args=["resident", who.id]))
    telephoned(desk.county.far_grid)
    auditor = desk.as_(AUDITOR)
    address = reverse("desk:audit")
    everything = text(auditor.get(address))
    assert "查看了档案：走访前查看（本网格，还没有走访过）" in everything
    assert "反映人" in everything
    worker = desk.county.actor(GRID_WORKER).person_id
    one = text(auditor.get(address, {"person": str(worker), "reads": "yes", "group": "journal"}))
    assert "只看" in one
    assert "反映人" not in one
    there = text(auditor.get(address, {"area": str(desk.county.other_town.id)}))
    assert "查看了档案" not in there
    day = text(auditor.get(address, {"since": "2020-01-01", "until": "2020-01-02"}))
    assert "没有符合这些条件的记录" in day
    for role in (VILLAGE_CLERK, REVIEWER, SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR):
        assert desk.as_(role).get(address).status_code == 403
    bad = {
        "group": "dragon",
        "since": "昨天",
        "until": "9999-12-31",
        "person": "x",
        "area": "y",
        "page": "99999",
    }
    assert auditor.get(address, bad).status_code == 200


def test_every_kind_of_event_and_subject_has_its_words():
    assert {kind.partition(".")[0] for kind in EVENTS if not kind.startswith("test")} <= set(GROUPS)
    assert set(SUBJECTS) >= {
        "resident",
        "household",
        "enterprise",
        "place",
        "case",
        "area",
        "person",
        "import",
    }


def test_the_audit_asks_as_much_for_many_lines(desk: Desk):
    auditor = desk.as_(AUDITOR)
    worker = desk.as_(GRID_WORKER)
    who = make_resident(desk.county.grid, "裘阿婆")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert auditor.get(reverse("desk:audit")).status_code == 200
        return len(found)

    worker.get(reverse("desk:dossier", args=["resident", who.id]))
    queries()
    few = queries()
    for _ in range(60):
        worker.get(reverse("desk:dossier", args=["resident", who.id]))
    assert queries() == few


def test_an_ended_appointment_sees_nothing_more(desk: Desk):
    place = make_area(desk.county.village, "33068310620109", "举坑村第九网格")
    person = make_person("old", name="裘旧")
    appoint(person, GRID_WORKER, place, ends_on=DAY - timedelta(days=1))

    client = Client()
    client.force_login(person)
    for name in ("registry", "diary", "imports", "people", "audit"):
        assert client.get(reverse(f"desk:{name}")).status_code == 403
