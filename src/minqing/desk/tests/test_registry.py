"""Files at the desk: lists, dossiers, edits, who lives where, tags; the neighbouring village is not there."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.desk.tests.county import Desk, telephoned
from minqing.diary.tests.factories import make_visit
from minqing.journal.models import Entry
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    REGISTRAR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.registry.models import Household, HouseholdMember, Resident, Tag
from minqing.registry.public import add_tag, load_tag_kinds, subject_ref
from minqing.registry.tests.factories import (
    id_number,
    make_enterprise,
    make_home,
    make_household,
    make_place,
    make_resident,
)


def text(answer) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("kind", ["resident", "household", "enterprise", "place"])
def test_every_kind_has_its_list_and_its_file(desk: Desk, kind):
    grid = desk.county.grid
    home, [head, _] = make_home(grid, "裘阿婆", "裘小满")
    made = {
        "resident": head, "household": home, "enterprise": make_enterprise(grid), "place": make_place(grid),
    }[kind]  # fmt: skip
    worker = desk.as_(GRID_WORKER)
    listed = worker.get(reverse("desk:registry"), {"kind": kind})
    assert listed.status_code == 200
    assert reverse("desk:dossier", args=[kind, made.id]) in text(listed)
    file = worker.get(reverse("desk:dossier", args=[kind, made.id]))
    assert file.status_code == 200
    assert "no-store" in file["Cache-Control"]
    assert Entry.objects.filter(subject_id=made.id, is_read=True).count() == 1


def test_a_file_shows_visits_with_their_cases_and_what_others_may_not_see(desk: Desk):
    home, [head] = make_home(desk.county.grid, "裘阿婆")
    worker = desk.county.actor(GRID_WORKER)
    make_visit(home, worker)
    telephoned(desk.county.grid, subject=subject_ref("household", home.id))
    seen = text(desk.as_(GRID_WORKER).get(reverse("desk:dossier", args=["household", home.id])))
    assert "门口的路灯不亮了" in seen
    assert "门前的路灯坏了三天" in seen
    other = text(desk.with_reason(REGISTRAR, head).get(reverse("desk:dossier", args=["resident", head.id])))
    assert "门口的路灯不亮了" not in other
    assert "您的任职不查看走访内容" in other


def test_numbers_are_masked_and_a_whole_one_is_found_by_post_only(desk: Desk):
    number = id_number()
    make_resident(
        desk.county.grid, "裘阿婆", id_number=number, phone="13812345678", birth_date=date(1956, 3, 8)
    )
    clerk = desk.as_(VILLAGE_CLERK)
    listed = text(clerk.get(reverse("desk:registry"), {"text": "裘"}))
    assert number not in listed
    assert "13812345678" not in listed
    assert "138****5678" in listed
    for value in (number, "138 1234 5678"):
        found = clerk.post(reverse("desk:find_exact"), {"value": value})
        assert "裘阿婆" in text(found)
        assert number not in text(found).replace(f'value="{value}"', "")
    assert "裘阿婆" not in text(clerk.get(reverse("desk:find_exact"), {"value": number}))
    nowhere = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour).post(
        reverse("desk:find_exact"), {"value": number}
    )
    assert "裘阿婆" not in text(nowhere)
    assert "您的辖区里没有这个号码" in text(nowhere)


@pytest.mark.parametrize(
    "name",
    ["dossier", "dossier_reads", "dossier_edit", "dossier_close", "tag_add", "visit_new"],
)  # fmt: skip
def test_the_neighbouring_village_is_not_there(desk: Desk, name):
    _, [who] = make_home(desk.county.grid, "裘阿婆")
    neighbour = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour)
    address = reverse(f"desk:{name}", args=["resident", who.id])
    assert neighbour.get(address).status_code == 404
    assert neighbour.post(address, {"name": "改了"}).status_code in (404, 405)
    assert neighbour.get(reverse(f"desk:{name}", args=["resident", uuid7()])).status_code == 404
    assert neighbour.get(reverse(f"desk:{name}", args=["dragon", who.id])).status_code == 404


@pytest.mark.parametrize("name", ["member_new", "move_in", "set_head"])
def test_nor_are_its_households(desk: Desk, name):
    home, _ = make_home(desk.county.grid, "裘阿婆")
    neighbour = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour)
    assert neighbour.get(reverse(f"desk:{name}", args=[home.id])).status_code == 404
    assert neighbour.post(reverse(f"desk:{name}", args=[home.id]), {}).status_code == 404


def test_filters_that_make_no_sense_are_said_and_left_out(desk: Desk):
    make_resident(desk.county.grid)
    clerk = desk.as_(VILLAGE_CLERK)
    answer = clerk.get(
        reverse("desk:registry"),
        {
            "kind": "dragon",
            "area": "nowhere",
            "tag": "x" * 900,
            "page": "-4",
            "text": "裘\u200b\u202e" + "\0",
        },
    )
    assert answer.status_code == 200
    assert "有几个条件认不出来" in text(answer)
    for number in ("0", "99999999", "x", "²"):
        assert clerk.get(reverse("desk:registry"), {"page": number}).status_code == 200


def test_lists_ask_as_much_for_ten_as_for_a_thousand(desk: Desk):
    clerk = desk.as_(VILLAGE_CLERK)

    def queries(**given: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert clerk.get(reverse("desk:registry"), given).status_code == 200
        return len(found)

    for nth in range(10):
        make_home(desk.county.grid, f"裘{chr(0x4E00 + nth)}", address=f"举坑村 {nth} 号")
    queries()
    few = [queries(kind="resident"), queries(kind="household"), queries(text="裘")]
    for nth in range(400):
        make_home(desk.county.grid, f"张{chr(0x5000 + nth)}", "张三", address=f"岭脚 {nth} 号")
    assert [queries(kind="resident"), queries(kind="household"), queries(text="裘")] == few


def test_a_resident_is_registered_once_however_often_it_is_sent(desk: Desk):
    worker = desk.as_(GRID_WORKER)
    address = reverse("desk:dossier_new", args=["resident"])
    given = {"id": str(uuid7()), "area": str(desk.county.grid.id), "name": "裘大有", "presence": "here"}
    assert worker.get(address).status_code == 200
    assert worker.post(address, given).status_code == 302
    assert worker.post(address, given).status_code == 302
    assert Resident.everything.filter(name="裘大有").count() == 1
    other = worker.post(address, given | {"name": "裘大年"})
    assert other.status_code == 409
    assert "裘大年" in text(other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "裘" * 500}, {"name": "\u202e\u200b"}, {"name": "12345"}, {"id_number": "123"},
        {"phone": "1381234567"}, {"birth_date": "昨天"}, {"birth_date": "2999-01-01"}, {"sex": "x"},
        {"presence": ""}, {"area": ""}, {"area": "x"}, {"id": "x"}, {"id_number": "330683195603080000"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Desk, wrong):
    given = {
        "id": str(uuid7()), "area": str(desk.county.grid.id), "name": "裘大有", "presence": "here",
        "occupation": "种香榧",
    }  # fmt: skip
    answer = desk.as_(GRID_WORKER).post(reverse("desk:dossier_new", args=["resident"]), given | wrong)
    assert answer.status_code == 400
    assert "种香榧" in text(answer)
    assert not Resident.everything.exists()


def test_two_people_edit_at_once_and_the_later_one_sees_both(desk: Desk):
    who = make_resident(desk.county.grid, "裘阿婆", occupation="务农")
    telephoned(desk.county.grid, subject=subject_ref("resident", who.id))
    address = reverse("desk:dossier_edit", args=["resident", who.id])
    clerk, secretary = desk.as_(VILLAGE_CLERK), desk.as_(VILLAGE_SECRETARY)
    assert clerk.get(address).status_code == secretary.get(address).status_code == 200
    given = {"version": "1", "area": str(who.area_id), "name": "裘阿婆", "presence": "here"}
    assert clerk.post(address, given | {"occupation": "种香榧"}).status_code == 302
    late = secretary.post(address, given | {"occupation": "退休"})
    assert late.status_code == 409
    assert "改过这份档案" in text(late)
    assert "种香榧" in text(late)
    assert "退休" in text(late)
    assert 'name="version" value="2"' in text(late)
    assert secretary.post(address, given | {"occupation": "退休", "version": "2"}).status_code == 302
    assert Resident.everything.get(id=who.id).occupation == "退休"


def test_an_edit_form_holds_no_numbers(desk: Desk):
    number = id_number()
    who = make_resident(desk.county.grid, "裘阿婆", id_number=number, phone="13812345678")
    shown = text(desk.as_(GRID_WORKER).get(reverse("desk:dossier_edit", args=["resident", who.id])))
    assert number not in shown
    assert "13812345678" not in shown
    assert "138****5678" in shown


def test_people_move_in_and_out_and_get_another_head(desk: Desk):
    home, [head, _] = make_home(desk.county.grid, "裘阿婆", "裘小满")
    other = make_household(desk.county.grid, "举坑村 8 号")
    clerk = desk.as_(VILLAGE_CLERK)
    make_visit(home, desk.county.actor(VILLAGE_CLERK))
    new = {"id": str(uuid7()), "name": "裘新来", "presence": "here", "relation": "daughter"}
    assert clerk.post(reverse("desk:member_new", args=[home.id]), new).status_code == 302
    baby = Resident.everything.get(name="裘新来")
    found = clerk.get(reverse("desk:dossier_move", args=[baby.id]), {"q": "8 号"})
    assert str(other.id) in text(found)
    moved = {"resident": baby.id, "household": other.id, "relation": "head", "on": ""}
    assert (
        clerk.get(reverse("desk:dossier_move", args=[baby.id]), {"household": str(other.id)}).status_code
        == 200
    )
    assert clerk.post(reverse("desk:dossier_move", args=[baby.id]), moved).status_code == 302
    assert HouseholdMember.objects.get(resident=baby, ends_on=None).household_id == other.id
    assert clerk.get(reverse("desk:move_in", args=[home.id]), {"q": "裘新来"}).status_code == 200
    second_head = clerk.post(
        reverse("desk:move_in", args=[home.id]),
        {"resident": baby.id, "household": home.id, "relation": "head"},
    )
    assert second_head.status_code == 400
    assert "已有户主" in text(second_head)
    head_page = reverse("desk:set_head", args=[home.id])
    assert clerk.get(head_page).status_code == 200
    assert clerk.post(head_page, {}).status_code == 400
    member = HouseholdMember.objects.get(resident__name="裘小满")
    turned = {"resident": member.resident_id, "before_becomes": "mother"}
    assert clerk.post(head_page, turned).status_code == 302
    assert (
        HouseholdMember.objects.get(relation="head", household=home, ends_on=None).resident_id
        == member.resident_id
    )
    assert clerk.post(reverse("desk:move_out", args=[head.id]), {"resident": head.id}).status_code == 302
    assert not HouseholdMember.objects.filter(resident=head, ends_on=None).exists()


def test_files_are_closed_and_a_resident_comes_back(desk: Desk):
    who, firm = make_resident(desk.county.grid), make_enterprise(desk.county.grid)
    clerk = desk.as_(VILLAGE_CLERK)
    make_visit(who, desk.county.actor(VILLAGE_CLERK))
    address = reverse("desk:dossier_close", args=["resident", who.id])
    future = {"version": "1", "how": "died", "on": "2999-01-01"}
    assert clerk.get(address).status_code == 200
    assert clerk.post(address, future).status_code == 400
    assert clerk.post(address, future | {"on": "2026-01-01"}).status_code == 302
    closed = clerk.get(reverse("desk:dossier", args=["resident", who.id]))
    assert "已经注销" in text(closed)
    assert "恢复这份档案" in text(closed)
    assert clerk.post(reverse("desk:dossier_reopen", args=[who.id]), {"version": "x"}).status_code == 409
    assert clerk.post(reverse("desk:dossier_reopen", args=[who.id]), {"version": "2"}).status_code == 302
    gone = {"version": "1", "on": "2026-01-01", "reason": "搬走了"}
    assert clerk.post(reverse("desk:dossier_close", args=["enterprise", firm.id]), gone).status_code == 302


def test_a_home_with_people_is_not_closed(desk: Desk):
    home, _ = make_home(desk.county.grid, "裘阿婆")
    answer = desk.as_(VILLAGE_CLERK).post(
        reverse("desk:dossier_close", args=["household", home.id]), {"version": "1", "on": "2026-01-01"}
    )
    assert answer.status_code == 400
    assert "还有 1 人" in text(answer)
    assert Household.everything.get(id=home.id).closed_on is None


def test_tags_come_with_a_reason_and_go_with_one(desk: Desk):
    load_tag_kinds()
    who = make_resident(desk.county.grid)
    clerk = desk.as_(VILLAGE_CLERK)
    make_visit(who, desk.county.actor(VILLAGE_CLERK))
    address = reverse("desk:tag_add", args=["resident", who.id])
    assert "低保" in text(clerk.get(address))
    no_end = clerk.post(address, {"kind": "minimum_living", "reason": "民政名单"})
    assert no_end.status_code == 400
    assert "敏感标签要有截止日期" in text(no_end)
    assert clerk.post(address, {"kind": "living_alone", "reason": "子女在外"}).status_code == 302
    tag = Tag.everything.get()
    end = reverse("desk:tag_end", args=["resident", who.id, tag.id])
    assert clerk.get(end).status_code == 200
    assert clerk.post(end, {"tag": tag.id, "reason": ""}).status_code == 400
    assert clerk.post(end, {"tag": tag.id, "reason": "女儿回来住了"}).status_code == 302
    assert clerk.get(end).status_code == 404
    assert desk.as_(TOWN_DISPATCHER).get(address).status_code == 403


def test_a_sensitive_tag_shows_to_those_who_may_see_it(desk: Desk):
    load_tag_kinds()
    who = make_resident(desk.county.grid)
    telephoned(desk.county.grid, subject=subject_ref("resident", who.id))
    add_tag(
        subject=subject_ref("resident", who.id), kind_key="minimum_living", reason="民政名单 03 号",
        ends_on=date(2027, 6, 1), by=desk.county.actor(VILLAGE_CLERK), at=AT,
    )  # fmt: skip
    address = reverse("desk:dossier", args=["resident", who.id])
    assert "民政名单 03 号" in text(desk.as_(VILLAGE_CLERK).get(address))
    assert "民政名单 03 号" not in text(desk.as_(TOWN_DISPATCHER).get(address))
    assert "低保" not in text(desk.as_(TOWN_DISPATCHER).get(reverse("desk:registry")))


def test_who_read_a_file_is_told_to_those_who_keep_it(desk: Desk):
    who = make_resident(desk.county.grid)
    telephoned(desk.county.grid, subject=subject_ref("resident", who.id))
    desk.as_(TOWN_DISPATCHER).get(reverse("desk:dossier", args=["resident", who.id]))
    address = reverse("desk:dossier_reads", args=["resident", who.id])
    assert "谷来镇调度员" in text(desk.as_(VILLAGE_SECRETARY).get(address))
    assert desk.as_(TOWN_DISPATCHER).get(address).status_code == 403
    assert desk.as_(AUDITOR).get(address).status_code == 403
