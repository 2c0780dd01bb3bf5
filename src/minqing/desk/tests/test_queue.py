"""The queue: what it lists for whom, filters in the address, and how many queries it takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.cases.models import Case
from minqing.cases.queries import queue as queue_of_cases
from minqing.cases.queries.filtering import QueueFilters
from minqing.desk.tests.county import telephoned
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)

QUERIES_MAX = 12


def queries(client, address):
    client.get(address)  # what a process reads once (the calendar)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_same_queries_for_one_row_and_for_many(desk):
    telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    addresses = [
        reverse("desk:queue"),
        reverse("desk:queue") + f"?view=open&area={desk.county.village.id}&sort=newest&colour=green&text=灯",
        reverse("desk:queue") + "?view=all&state=hotline.received&topic=roads.light",
    ]
    before = [queries(client, one) for one in addresses]
    for _ in range(30):
        telephoned(desk.county.second_grid)
    after = [queries(client, one) for one in addresses]
    assert before == after
    assert max(after) <= QUERIES_MAX


def test_what_is_open_stands_before_what_is_closed_on_every_page(desk, monkeypatch):
    monkeypatch.setattr(queue_of_cases, "PAGE_ROWS", 3)
    made = sorted(
        telephoned(desk.county.grid, words=f"路灯坏了，第 {number} 盏。").id for number in range(11)
    )
    # A page that is all open, one that has both, one that is all closed; then none open at all.
    for closed in (made[1::2][:4], made):
        Case.everything.filter(id__in=closed).update(closed_at=AT)
        wanted = [one for one in made if one not in closed] + closed
        actor, filters = desk.county.actor(TOWN_DISPATCHER), QueueFilters(open_only=False)
        for page in range(4):
            found = queue_of_cases.queue(actor, filters, at=AT, page=page + 1)
            assert [row.id for row in found.rows] == wanted[page * 3 : page * 3 + 3]
            assert found.total == len(made)


def test_the_neighbour_sees_nothing(desk):
    case = telephoned(desk.county.grid)
    client = desk.as_(VILLAGE_CLERK, area=desk.county.neighbour)
    assert client.get(reverse("desk:queue") + "?view=all").context["found"].total == 0
    asked = client.get(reverse("desk:queue") + f"?view=all&area={desk.county.grid.id}")
    assert asked.context["found"].total == 0
    assert client.get(reverse("desk:preview", args=[case.id])).status_code == 404


def test_filters_narrow_and_are_named_with_a_way_out(desk):
    telephoned(desk.county.grid)
    telephoned(desk.county.neighbour_grid, words="河边的护栏断了一截，孩子常去玩。")
    client = desk.as_(TOWN_DISPATCHER)
    answer = client.get(
        reverse("desk:queue"), {"view": "open", "area": str(desk.county.neighbour.id), "text": "护栏"}
    )
    assert [row.title for row in answer.context["found"].rows] == ["河边的护栏断了一截，孩子常去玩"]
    words = answer.content.decode()
    assert "辖区：" in words
    assert "找：护栏" in words
    assert "全部清除" in words
    assert "符合这些条件的共" in words
    assert "符合这些条件的共" not in client.get(reverse("desk:queue"), {"view": "open"}).content.decode()
    assert (
        client.get(reverse("desk:queue"), {"view": "open", "text": "没有这样的字"})
        .content.decode()
        .count("没有符合这些条件的事项")
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"view": "nothing"},
        {"colour": "blue"},
        {"state": "hotline.nowhere"},
        {"state": "hotline.received", "procedure": "prompt"},
        {"area": "not-a-number"},
        {"area": "00000000-0000-0000-0000-000000000000"},
        {"unit": "'; DROP TABLE"},
        {"topic": "\u202eevil"},
        {"source": "x" * 5000},
        {"sort": "-random"},
        {"text": "字" * 3000},
    ],
)
def test_filters_that_make_no_sense_are_left_out_and_said(desk, bad):
    telephoned(desk.county.grid)
    answer = desk.as_(TOWN_DISPATCHER).get(reverse("desk:queue"), {"view": "open", **bad})
    assert answer.status_code == 200
    assert "认不出来" in answer.content.decode()
    assert answer.context["found"].total == 1


@pytest.mark.parametrize("number", ["0", "-1", "999", "9" * 40, "x", "", "１", "1.5", "\x00"])
def test_a_page_that_is_not_there_is_the_nearest_one(desk, number):
    telephoned(desk.county.grid)
    answer = desk.as_(TOWN_DISPATCHER).get(reverse("desk:queue"), {"page": number, "text": "\x00灯\u200b"})
    assert answer.status_code == 200
    assert answer.context["found"].total == 1


def test_every_role_that_may_opens_it(desk):
    for role in (GRID_WORKER, VILLAGE_CLERK, TOWN_DISPATCHER, HANDLER, REVIEWER):
        for view in ("todo", "open", "all"):
            assert desk.as_(role).get(reverse("desk:queue"), {"view": view}).status_code == 200


def test_the_preview_offers_what_one_may_do(desk):
    case = telephoned(desk.county.grid)
    seen = desk.as_(TOWN_DISPATCHER).get(reverse("desk:preview", args=[case.id])).content.decode()
    assert "办理" in seen
    assert "老人摔了一跤" in seen
    seen = desk.as_(VILLAGE_CLERK).get(reverse("desk:preview", args=[case.id])).content.decode()
    assert "办理" not in seen
    assert "轮到谷来镇调度员" in seen


def test_a_part_of_the_number_finds_it_as_it_is_read_aloud(desk):
    case = telephoned(desk.county.grid)
    telephoned(desk.county.second_grid)
    client = desk.as_(TOWN_DISPATCHER)
    day, tail = case.number.split("-")
    for text in (
        tail,
        tail.lower(),
        f"{day}{tail}",
        f"{day} {tail}".lower(),
        case.number,
        f"{day[-2:]}－{tail[:4]}",
    ):
        found = client.get(reverse("desk:queue"), {"view": "all", "text": text}).context["found"]
        assert [row.number for row in found.rows] == [case.number], text
    for text in ("%%%%%", ".....", f"{tail[::-1]}{tail}"):
        assert client.get(reverse("desk:queue"), {"view": "all", "text": text}).context["found"].total == 0


def test_no_two_states_of_the_filter_read_alike(desk):
    form = desk.as_(TOWN_DISPATCHER).get(reverse("desk:queue")).context["form"]
    labels = [label for _, group in form.fields["state"].choices[1:] for _, label in group]
    assert len(labels) == len(set(labels))
    assert {"已办结（即办）", "已办结（热线五步）", "待签收"} <= set(labels)
