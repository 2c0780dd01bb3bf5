"""Door codes: which doors, making them, the sheet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minqing.cases.models import DoorCode
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.registry.tests.factories import make_home


def test_codes_of_the_areas_below_are_made_once_and_printed(desk):
    client = desk.as_(TOWN_DISPATCHER)
    listed = client.get(reverse("desk:codes"), {"which": "below"}).content.decode()
    assert "这一页有 2 处还没有码" in listed
    for _ in range(2):
        made = client.post(
            reverse("desk:codes_make"), {"area": str(desk.county.town.id), "which": "below"}, follow=True
        )
    words = made.content.decode()
    assert "扫码说事，办没办好您说了算" in words
    assert "举坑村" in words
    assert DoorCode.everything.count() == 2
    for one in DoorCode.everything.all():
        assert one.code in words


def test_a_household_is_named_by_its_address(desk):
    make_home(desk.county.grid, "裘阿婆", address="举坑村 12 号")
    client = desk.as_(VILLAGE_CLERK)
    data = {"area": str(desk.county.village.id), "which": "households"}
    sheet = client.post(reverse("desk:codes_make"), data, follow=True).content.decode()
    assert "举坑村 12 号" in sheet
    assert "裘阿婆" not in sheet
    assert DoorCode.everything.get().subject_kind == "household"


def test_another_village_and_other_roles_are_refused(desk):
    clerk = desk.as_(VILLAGE_CLERK)
    for name in ("codes", "codes_sheet"):
        assert clerk.get(reverse(f"desk:{name}"), {"area": str(desk.county.neighbour.id)}).status_code == 403
    said = clerk.post(reverse("desk:codes_make"), {"area": str(desk.county.neighbour.id), "which": "self"})
    assert said.status_code == 403
    assert not DoorCode.everything.exists()
    assert desk.as_(HANDLER).get(reverse("desk:codes")).status_code == 403


@pytest.mark.parametrize("bad", [{"area": "x"}, {"area": "00000000-0000-0000-0000-000000000000"}])
def test_an_area_that_is_not_there(desk, bad):
    assert desk.as_(VILLAGE_CLERK).get(reverse("desk:codes"), bad).status_code == 404
    assert desk.as_(VILLAGE_CLERK).post(reverse("desk:codes_make"), bad).status_code == 404


def test_nonsense_in_the_address_is_left_out(desk):
    for bad in (
        {"which": "everything"},
        {"page": "-1"},
        {"page": "9" * 30},
        {"which": "places", "page": "7"},
    ):
        assert desk.as_(GRID_WORKER).get(reverse("desk:codes"), bad).status_code == 200


def test_the_same_queries_for_one_household_and_for_many(desk):
    client = desk.as_(VILLAGE_CLERK)
    counts = []
    for names in (["一"], [str(n) for n in range(25)]):
        for name in names:
            make_home(desk.county.grid, name, address=f"举坑村 {name} 弄")
        client.get(reverse("desk:codes"), {"which": "households"})
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("desk:codes"), {"which": "households"})
        counts.append(len(seen))
    assert counts[0] == counts[1]
