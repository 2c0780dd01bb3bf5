"""Somebody who has a file already is asked about before another is made by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.desk.tests.county import Desk
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import VILLAGE_CLERK
from minqing.registry.models import Resident
from minqing.registry.tests.factories import id_number, make_home, make_resident

pytestmark = pytest.mark.django_db
BORN = date(1956, 3, 8)
ASKED = "很像的档案，仍要登记？"
NEW = "/desk/registry/new/resident/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def typed(desk: Desk, **said: Any) -> dict[str, Any]:
    given = {
        "id": str(uuid7()), "area": str(desk.county.grid.id), "name": "王伯根", "sex": "male",
        "birth_date": BORN.isoformat(), "presence": "here", "occupation": "种香榧",
    }  # fmt: skip
    return given | said


def test_the_file_there_is_is_shown_and_nothing_typed_is_lost(desk: Desk):
    clerk, first = desk.as_(VILLAGE_CLERK), typed(desk, phone="13812345678")
    assert clerk.post(NEW, first).status_code == 302
    made = Resident.everything.get()
    assert clerk.post(NEW, first).status_code == 302  # the same press again: no question, no second file
    again = clerk.post(NEW, typed(desk, phone="13812345678", occupation="护林员"))
    assert again.status_code == 400
    page = text(again)
    for words in (
        ASKED, reverse("desk:dossier", args=["resident", made.id]), "举坑村", desk.county.grid.name, "1956 年出生",
        "护林员", "13812345678", f'name="apart" value="{made.id}"',
    ):  # fmt: skip
        assert words in page
    assert Resident.everything.count() == 1
    assert clerk.post(NEW, typed(desk, apart=str(made.id))).status_code == 302
    assert Resident.everything.count() == 2
    # Who was said to be somebody else says nothing of a third file.
    third = clerk.post(NEW, typed(desk, apart=str(made.id)))
    assert ASKED in text(third)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"phone": "13812345678"}, {"birth_date": "", "phone": "138 1234 5678"}),
        ({"birth_date": BORN}, {"name": "王柏根"}),
    ],
)
def test_by_telephone_and_name_or_by_a_name_that_sounds_alike(desk: Desk, held: Any, said: Any):
    make_resident(desk.county.grid, "王伯根", **held)
    assert ASKED in text(desk.as_(VILLAGE_CLERK).post(NEW, typed(desk, **said)))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"birth_date": date(1957, 4, 9)}, {}),
        ({"birth_date": BORN, "sex": "male", "id_number": id_number(BORN, sex="male", nth=17)},
         {"id_number": id_number(BORN, sex="male", nth=250)}),
        ({"phone": "13812345678", "birth_date": date(1990, 1, 2)}, {"name": "裘小满", "phone": "13812345678"}),
    ],
)  # fmt: skip
def test_namesakes_and_families_are_not_asked_about(desk: Desk, held: Any, said: Any):
    make_resident(desk.county.grid, "王伯根", **held)
    assert desk.as_(VILLAGE_CLERK).post(NEW, typed(desk, **said)).status_code == 302


def test_a_file_out_of_reach_is_not_mentioned_and_a_closed_one_neither(desk: Desk):
    make_resident(desk.county.neighbour_grid, "王伯根", birth_date=BORN, phone="13812345678")
    gone = make_resident(desk.county.grid, "王伯根", birth_date=BORN)
    Resident.everything.filter(id=gone.id).update(closed_on=BORN, how_gone="died")
    answer = desk.as_(VILLAGE_CLERK).post(NEW, typed(desk, phone="13812345678"))
    assert answer.status_code == 302


def test_a_member_of_a_household_is_asked_about_too(desk: Desk):
    home, _ = make_home(desk.county.grid, "裘阿婆")
    there = make_resident(desk.county.grid, "王伯根", birth_date=BORN)
    clerk, address = desk.as_(VILLAGE_CLERK), reverse("desk:member_new", args=[home.id])
    given = typed(desk, relation="son")
    page = clerk.post(address, given)
    assert page.status_code == 400
    assert ASKED in text(page)
    assert 'value="种香榧"' in text(page)
    assert clerk.post(address, given | {"apart": f"{there.id},x,{uuid7()}"}).status_code == 302


def test_asking_is_one_statement(desk: Desk):
    clerk = desk.as_(VILLAGE_CLERK)
    with CaptureQueriesContext(connection) as seen:
        assert clerk.post(NEW, typed(desk, phone="13812345678")).status_code == 302
    assert len([one["sql"] for one in seen.captured_queries if '"birth_date" =' in one["sql"]]) == 1
