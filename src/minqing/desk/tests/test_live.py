"""What pages ask by themselves: rows and numbers of a list, where a case stands; with the rights of the screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.desk.tests.county import Desk, telephoned
from minqing.journal.models import Entry
from minqing.kernel import clock
from minqing.kernel.roles import HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from tests.not_the_page import NOT_THE_PAGE_S

CHANGES = "desk:queue_changes"


def asked(*cases: Any, **given: str) -> dict[str, Any]:
    return {"case": [str(one.id) for one in cases], "view": "open", "since": AT.isoformat(), **given}


def test_a_list_is_told_its_rows_what_is_new_in_it_and_its_numbers(desk: Desk) -> None:
    county = desk.county
    old = telephoned(county.grid)
    later = AT + timedelta(minutes=5)
    with clock.fixed(later):
        dispatcher = desk.as_(TOWN_DISPATCHER)
        far = telephoned(county.far_grid)
        answer = dispatcher.get(reverse(CHANGES), asked(old, far, since=later.isoformat()))
        assert f'data-case="{old.id}"' in answer.text
        assert str(far.id) not in answer.text
        assert 'data-live-new=""' in answer.text
        assert '<span data-count="open">1</span>' in answer.text
        answer = dispatcher.get(reverse(CHANGES), asked(old))
        assert f'data-live-new="{old.id}"' in answer.text
        # Where it is somebody else's turn it is not in the list of what waits for one.
        answer = desk.as_(VILLAGE_CLERK).get(reverse(CHANGES), asked(old, view="todo"))
        desk.step(dispatcher, old, "sign", 1)
        answer = dispatcher.get(reverse(CHANGES), asked(old, view="todo", colour="red"))
        assert str(old.id) not in answer.text


def test_a_list_does_not_take_nonsense_or_too_much(desk: Desk) -> None:
    case = telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    many = {"case": ["x", *[str(case.id)] * 300], "since": "yesterday", "view": "?", "area": "?", "list": "?"}
    assert client.get(reverse(CHANGES), many).status_code == 200
    with CaptureQueriesContext(connection) as told:
        client.get(reverse(CHANGES), asked(case))
    assert len([one for one in told if not NOT_THE_PAGE_S.search(one["sql"])]) <= 6


def test_a_case_page_is_told_who_did_what_and_it_is_no_read(desk: Desk) -> None:
    county = desk.county
    case = telephoned(county.grid)
    dispatcher, address = desk.as_(TOWN_DISPATCHER), reverse("desk:case_now", args=[case.id])
    assert "有人刚刚办过这件事" not in dispatcher.get(address, {"leg": "1"}).text
    desk.step(dispatcher, case, "sign", 1)
    reads = Entry.objects.filter(is_read=True).count()
    told = dispatcher.get(address, {"leg": "1"}).text
    assert "有人刚刚办过这件事" in told
    assert "签收" in told
    assert case.words not in told
    assert "有人刚刚办过这件事" not in dispatcher.get(address, {"leg": "2"}).text
    assert dispatcher.get(address, {"leg": "?"}).status_code == 200
    assert Entry.objects.filter(is_read=True).count() == reads
    for stranger in (desk.as_(VILLAGE_CLERK, area=county.neighbour), desk.as_(HANDLER)):
        assert stranger.get(address, {"leg": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("off", ""),
        ("", "http://testserver:8001/live/"),
        ("/live/", "/live/"),
        ("https://live.example", "https://live.example/live/"),
        ("https://live.example/streams/", "https://live.example/streams/"),
    ],
)
def test_pages_know_where_streams_come_from(desk: Desk, settings: Any, url: str, shown: str) -> None:
    settings.LIVE_URL = url
    case = telephoned(desk.county.grid)
    dispatcher = desk.as_(TOWN_DISPATCHER)
    for page in (reverse("desk:home"), reverse("desk:queue"), reverse("desk:case", args=[case.id])):
        text = dispatcher.get(page).text
        assert (f'data-live="{shown}"' in text) is bool(shown), page
        assert ("live.js" in text) is bool(shown), page
