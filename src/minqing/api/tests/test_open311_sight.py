"""What becomes of a request: where it lies, what it says, and what anybody may see of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from minqing.accounts.public import (
    CASES_READ,
    make_token,
)
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.api.open311.attributes import DATATYPES, attributes
from minqing.api.tests.open311_city import PHONE, ROOT, City, key_for
from minqing.cases.models import Case, Topic
from minqing.cases.public import LOOK_UPS
from minqing.kernel import clock, limits
from minqing.kernel.roles import TOWN_DISPATCHER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("where", "area"),
    [
        ({"lat": "29.6811", "long": "120.6511"}, "护国岭村第一网格"),
        ({"lat": None, "long": None, "address_string": "谷来镇举坑村岭脚 12 号"}, "举坑村"),
        ({"lat": None, "long": None, "address_string": "嵊州市石璜镇"}, None),
        ({"lat": None, "long": None, "address_id": "33068310620102"}, "举坑村第二网格"),
    ],
)
def test_a_place_becomes_an_area(here: SmallCounty, where: dict[str, Any], area: str | None) -> None:
    city = City(here, "json", key_for(here), Client())
    answered = city.post(**where)
    if area is None:  # another town than the token's own
        assert answered.status_code == 403
        return
    case = Case.everything.get(number=city.read(answered)[0]["service_request_id"])
    assert case.area.name == area
    if address := where.get("address_string"):
        assert f"位置：{address}" in case.words


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": None, "long": None},
        {"lat": None},
        {"lat": "x"},
        {"lat": "nan"},
        {"lat": "91"},
        {"lat": "37.76", "long": "-122.42"},
        {"lat": None, "long": None, "address_string": "某个地方"},
        {"lat": None, "long": None, "address_string": "长" * 201},
        {"description": "长" * 2001},
        {"phone": "123"},
        {"first_name": "长" * 31},
        {"media_url": "javascript:alert(1)"},
        {"attribute[lamp]": "7"},
        {"service_code": "roads.light"},
        {"service_code": "roads.light", "attribute[how_many]": "dozens"},
        {"service_code": "roads.light", "attribute[how_many][]": ["one", "several"]},
        {"service_code": "labour.wages", "attribute[people]": "viele"},
        {"service_code": "labour.wages", "attribute[employer]": "长" * 501},
        {"service_code": "water.tap", "attribute[what]": "leak", "attribute[since]": "gestern"},
    ],
)
def test_what_is_no_request_is_refused(here: SmallCounty, wrong: dict[str, Any]) -> None:
    city = City(here, "json", key_for(here), Client())
    answered = city.post(**wrong)
    assert answered.status_code == 400, answered.content.decode()
    assert Case.everything.count() == 0


def test_what_a_service_asks_besides_is_in_the_words(here: SmallCounty) -> None:
    city = City(here, "xml", key_for(here), Client())
    city.made(
        service_code="sanitation.rubbish", description="村口堆了三天，<b>没人运</b> & 很臭\x0c",
        media_url="https://example.com/1.jpg", **{"attribute[kind][]": ["building", "bulky"]},
    )  # fmt: skip
    case = Case.everything.get()
    assert "什么垃圾：建筑垃圾、大件" in case.words
    assert "照片网址（未核验）：https://example.com/1.jpg" in case.words
    assert str(case.topic) == "垃圾清运"
    assert "<b>没人运</b> &" in city.one(case.number, api_key=city.key)["description"]
    city.made(
        service_code="water.tap", description="",
        **{"attribute[what]": "leak", "attribute[since]": "2026-11-19T08:00:00+08:00"},
    )  # fmt: skip
    assert "从什么时候开始：2026-11-19 08:00" in Case.everything.exclude(id=case.id).get().words


def test_every_attribute_belongs_to_a_topic(here: SmallCounty) -> None:
    assert set(attributes()) <= set(Topic.objects.values_list("key", flat=True))
    assert {one.datatype for asked in attributes().values() for one in asked} == set(DATATYPES)


# ── What anybody may see ─────────────────────────────────────────────────────────────────────────────────────────────


def test_without_consent_nothing_is_listed_and_with_it_no_words_are(here: SmallCounty) -> None:
    city = City(here, "json", key_for(here), Client())
    city.made(phone=PHONE, first_name="大爷")
    listed = city.made(listed="true", phone=PHONE, first_name="大爷", address_string="举坑村岭脚 12 号")
    for response in (city.get("requests"), city.get(f"requests/{listed}")):
        (shown,) = city.read(response)
        assert shown["service_request_id"] == listed
        assert shown["description"] is None
        assert shown["expected_datetime"] is None
        assert (shown["address"], shown["address_id"]) == ("举坑村", here.village.code)
        assert shown["requested_datetime"].endswith(":00:00+08:00")
        text = response.content.decode()
        assert not any(word in text for word in ("早班车", PHONE, "大爷", "岭脚"))


def test_another_token_sees_no_more_than_anybody(here: SmallCounty) -> None:
    city = City(here, "json", key_for(here), Client())
    number, listed = city.made(), city.made(listed="true")
    other = key_for(here)
    assert [one["service_request_id"] for one in city.read(city.get("requests", api_key=other))] == [listed]
    assert city.get(f"requests/{number}", api_key=other).status_code == 404
    assert city.one(listed, api_key=other)["description"] is None
    in_header = Client(headers={"Authorization": f"Bearer {city.key}"}).get(f"{ROOT}/requests/{number}.json")
    assert in_header.json()[0]["description"]


def test_what_came_another_way_is_not_there(here: SmallCounty, machine: Any) -> None:
    city = City(here, "json", key_for(here), Client())
    machine.report(here)
    machine.report(here, anonymous=True)
    for case in Case.everything.all():
        assert city.get(f"requests/{case.number}", api_key=city.key).status_code == 404
        assert city.get(f"tokens/{case.id}").status_code == 404
    assert city.read(city.get("requests", api_key=city.key)) == []


def test_a_key_needs_its_scope_and_reports_where_it_may(here: SmallCounty) -> None:
    read_only = make_token(
        token_id=uuid.uuid4(), name="只读", scopes=[CASES_READ], days=3, by=here.actor(TOWN_DISPATCHER), at=AT
    )[1]
    city = City(here, "json", read_only, Client())
    assert city.post().status_code == 403
    assert "Open311" in city.read(city.post())[0]["description"]
    assert city.get("requests", api_key=read_only).status_code == 403
    city.key = key_for(here)
    assert city.post(lat="29.5411", long="120.6561").status_code == 403
    assert Case.everything.count() == 0


def test_readers_without_a_key_are_counted_by_address(here: SmallCounty) -> None:
    city = City(here, "xml", key_for(here), Client())
    for _ in range(LOOK_UPS.times_max):
        limits.spend(LOOK_UPS, {"REMOTE_ADDR": "127.0.0.1"}, clock.now())
    refused = city.get("requests")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert city.get("requests", api_key=city.key).status_code == 200


def test_the_list_asks_the_database_no_more_for_more(
    here: SmallCounty, django_assert_max_num_queries: Any
) -> None:
    city = City(here, "json", key_for(here), Client())
    for _ in range(12):
        city.made(listed="true")
    with django_assert_max_num_queries(10):
        assert len(city.read(city.get("requests", api_key=city.key))) == 12
    with django_assert_max_num_queries(10):
        assert len(city.read(city.get("requests"))) == 12
