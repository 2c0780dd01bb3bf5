"""The diary at the desk: filters, an officer's, one visit and its sentences, writing one down, photos."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases.models import Case
from minqing.desk.tests.county import Desk, photo, signed_in
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.diary.tests.factories import make_visit
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.registry.tests.factories import make_home, make_resident


def text(answer: Any) -> str:
    return str(answer.content.decode())


def given(**changes: Any) -> dict[str, Any]:
    return {
        "visit_id": str(uuid7()), "visited_at": "2026-11-20T09:00", "met": "张阿婆", "heard": "路灯坏了。水也不通。",
        "done": "记下了", "kind": "visit",
    } | changes  # fmt: skip


def test_an_areas_diary_is_narrowed_in_the_address(desk: Desk) -> None:
    home, _ = make_home(desk.county.grid, "裘阿婆")
    worker = desk.county.actor(GRID_WORKER)
    make_visit(home, worker, heard="老的一次。", days_ago=30)
    make_visit(home, worker, heard="新的一次。", kind="care")
    clerk = desk.as_(VILLAGE_CLERK)
    address = reverse("desk:diary")
    everything = text(clerk.get(address))
    assert "老的一次" in everything
    assert "新的一次" in everything
    since = text(clerk.get(address, {"since": "2026-11-10", "until": "2026-11-20"}))
    assert "老的一次" not in since
    assert "新的一次" in since
    care = text(
        clerk.get(address, {"kind": "care", "officer": str(worker.person_id), "subject": "household"})
    )
    assert "新的一次" in care
    assert "老的一次" not in care
    empty = text(clerk.get(address, {"area": str(desk.county.second_grid.id), "found": "on"}))
    assert "没有符合这些条件的走访" in empty
    elsewhere = text(clerk.get(address, {"area": str(desk.county.neighbour.id)}))
    assert "新的一次" not in elsewhere
    odd = clerk.get(
        address, {"since": "9999-12-31", "until": "9999-12-31", "kind": "x", "officer": "y", "page": "-1"}
    )
    assert odd.status_code == 200
    assert "有几个条件认不出来" in text(odd)


def test_the_neighbouring_village_reads_none_of_it(desk: Desk) -> None:
    who = make_resident(desk.county.grid)
    worker = desk.county.actor(GRID_WORKER)
    visit = make_visit(who, worker, photos=[photo()], findings=[])
    finding = Finding.objects.create(visit=visit, number=1, text="路灯不亮", added_at=AT)
    picture = VisitPhoto.objects.get()
    other = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour)
    for name, pk in (
        ("visit", visit.id), ("visit_amend", visit.id), ("visit_photo", picture.id),
        ("diary_officer", worker.person_id),
    ):  # fmt: skip
        assert other.get(reverse(f"desk:{name}", args=[pk])).status_code == 404
    assert other.post(reverse("desk:visit_finding", args=[visit.id]), {"text": "路灯坏了"}).status_code == 404
    assert other.post(reverse("desk:finding_to_case", args=[finding.id])).status_code == 404
    assert not Case.everything.exists()
    for role in (SYSTEM_ADMINISTRATOR, HANDLER):
        assert desk.as_(role).get(reverse("desk:visit", args=[visit.id])).status_code == 403
    own = desk.as_(VILLAGE_SECRETARY)
    shown = own.get(reverse("desk:visit_photo", args=[picture.id]))
    assert shown["Content-Type"] == "image/jpeg"
    assert "no-store" in shown["Cache-Control"]
    assert own.get(reverse("desk:diary_officer", args=[worker.person_id])).status_code == 200


def test_a_visit_is_written_and_a_sentence_becomes_a_case(desk: Desk) -> None:
    home, _ = make_home(desk.county.grid, "裘阿婆")
    worker = desk.as_(GRID_WORKER)
    address = reverse("desk:visit_new", args=["household", home.id])
    assert "写走访" in text(worker.get(address))
    sent = given(finding=["楼梯没有扶手", "", ""], finding_solution=["", "", ""], photos=[photo()])
    made: Any = worker.post(address, sent)
    assert made.status_code == 302
    page = text(worker.get(made.url))
    assert "楼梯没有扶手" in page
    assert "路灯坏了。" in page
    visit = Visit.everything.get()
    assert visit.photos.count() == 1
    picking = reverse("desk:visit_finding", args=[visit.id])
    assert worker.post(picking, {"text": "路灯坏了。"}).status_code == 302
    assert worker.post(picking, {"text": "路灯坏了。"}).status_code == 302
    assert Case.everything.count() == 1
    assert Case.everything.get().number in text(worker.get(made.url))
    assert worker.post(picking, {"text": "水也不通。", "solved_on_spot": "on"}).status_code == 302
    assert "现场已解决" in text(worker.get(made.url))
    for wrong in ({"text": ""}, {"text": "长" * 600}, {"text": "好", "solution": "没有勾"}):
        answer = worker.post(picking, wrong)
        assert answer.status_code == 400
        assert "路灯坏了" in text(answer)
    stairs = Finding.objects.get(text="楼梯没有扶手")
    assert worker.post(reverse("desk:finding_to_case", args=[stairs.id])).status_code == 302
    assert Case.everything.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"heard": "", "met": "", "done": "", "finding": ""}, {"heard": "长" * 5000}, {"visited_at": "昨天"},
        {"visited_at": "2030-01-01T00:00"}, {"visited_at": "1999-01-01T00:00"}, {"kind": "x"}, {"visit_id": "x"},
        {"finding": ["行"] * 30}, {"lon": "x"}, {"lon": "120"},
        {"met": "\u202e\u200b", "heard": "", "done": "", "finding": ""},
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_visit_is_said_and_the_words_stay(desk: Desk, wrong: dict[str, Any]) -> None:
    home, _ = make_home(desk.county.grid, "裘阿婆")
    answer = desk.as_(GRID_WORKER).post(
        reverse("desk:visit_new", args=["household", home.id]), given(finding=["扶手松了"]) | wrong
    )
    assert answer.status_code == 400
    if "finding" not in wrong and answer.status_code == 400:
        assert "扶手松了" in text(answer)
    assert not Visit.everything.exists()


def test_a_visit_sent_twice_is_one(desk: Desk) -> None:
    home, _ = make_home(desk.county.grid, "裘阿婆")
    worker, sent = desk.as_(GRID_WORKER), given()
    address = reverse("desk:visit_new", args=["household", home.id])
    assert [worker.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert worker.post(address, sent | {"heard": "别的话。"}).status_code == 409
    assert Visit.everything.count() == 1
    no_photo = {"photos": [photo("a.txt")], "visit_id": str(uuid7())}
    assert worker.post(address, sent | no_photo).status_code in (302, 400)


def test_ones_own_visit_is_mended_while_it_is_fresh(desk: Desk) -> None:
    who = make_resident(desk.county.grid)
    visit = make_visit(who, desk.county.actor(GRID_WORKER))
    worker = desk.as_(GRID_WORKER)
    address = reverse("desk:visit_amend", args=[visit.id])
    assert worker.get(address).status_code == 200
    words = {"base_version": "1", "met": "张阿婆", "heard": "是水管漏。", "done": "", "kind": "visit"}
    assert worker.post(address, words).status_code == 302
    late = worker.post(address, words | {"heard": "是电线。"})
    assert late.status_code == 409
    assert "是电线" in text(late)
    assert worker.post(address, words | {"base_version": "x"}).status_code == 400
    assert desk.as_(VILLAGE_CLERK).get(address).status_code == 400
    with clock.fixed(AT + timedelta(days=9)):
        assert worker.get(address).status_code == 400
        assert "改这次走访" not in text(worker.get(reverse("desk:visit", args=[visit.id])))


def test_diaries_ask_as_much_for_many_visits(desk: Desk) -> None:
    home, _ = make_home(desk.county.grid, "裘阿婆")
    worker = desk.county.actor(GRID_WORKER)
    clerk, dispatcher = desk.as_(VILLAGE_CLERK), desk.as_(TOWN_DISPATCHER)
    pages = [
        (dispatcher, reverse("desk:diary")), (clerk, reverse("desk:diary_officer", args=[worker.person_id])),
        (signed_in(worker), reverse("desk:dossier", args=["household", home.id])),
    ]  # fmt: skip

    def queries() -> list[int]:
        counts = []
        for client, address in pages:
            with CaptureQueriesContext(connection) as found:
                assert client.get(address).status_code == 200
            counts.append(len(found))
        return counts

    for nth in range(2):
        make_visit(home, worker, heard=f"第 {nth} 件。")
    queries()
    few = queries()
    for nth in range(60):
        make_visit(home, worker, heard=f"又 {nth} 件。", days_ago=nth / 10)
    assert queries() == few
    assert "下一页" in text(signed_in(worker).get(reverse("desk:diary"), {"page": "2"}))
