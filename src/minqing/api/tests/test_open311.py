"""GeoReport v2, must by must, in both formats; and what nobody may learn by it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from django.test import Client

from minqing.accounts.models import Appointment
from minqing.accounts.public import (
    CASES_READ,
    OPEN311,
    Bearer,
    bearer_of,
    make_token,
    open_system_token,
    take_token,
)
from minqing.accounts.tests.factories import AT, SmallCounty, everyone
from minqing.api.open311.attributes import DATATYPES, attributes
from minqing.api.open311.posting import KEY_HEADER
from minqing.cases.models import Case, Contact, Topic
from minqing.cases.models_interface import Submission
from minqing.cases.public import LOOK_UPS, StepInput, take_step
from minqing.kernel import clock, limits
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, TOWN_DISPATCHER

pytestmark = pytest.mark.django_db
ROOT: Final = "/api/open311/v2"
FORMATS: Final = ("json", "xml")
W3: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
PHONE: Final = "13800000000"
SINGULAR: Final = {
    "services": "service", "service_requests": "request", "attributes": "attribute", "values": "value",
    "endpoints": "endpoint", "formats": "format", "errors": "error",
}  # fmt: skip


@dataclass
class City:
    """A server of GeoReport v2, asked in one format; what it answers is read back into plain values."""

    here: SmallCounty
    form: str
    key: str
    client: Client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}/{path}.{self.form}", query)

    def post(self, **changes: Any) -> Any:
        headers = changes.pop("headers", {})
        return self.client.post(
            f"{ROOT}/requests.{self.form}", a_request(self.key, **changes), headers=headers
        )

    def read(self, response: Any) -> Any:
        if self.form == "json":
            assert response["Content-Type"] == "application/json; charset=utf-8"
            return json.loads(response.content.decode("utf-8"))
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        text = response.content.decode("utf-8")
        assert text.lower().startswith("<?xml version='1.0' encoding='utf-8'?>")
        root = ElementTree.fromstring(text)
        return plain(root)

    def made(self, **changes: Any) -> str:
        answered = self.post(**changes)
        assert answered.status_code == 201, answered.content.decode()
        return str(self.read(answered)[0]["service_request_id"])

    def one(self, number: str, **query: Any) -> Any:
        return self.read(self.get(f"requests/{number}", **query))[0]


def plain(node: ElementTree.Element) -> Any:
    """Return what JSON has for an element: lists without their names, empty ones as nothing."""
    if node.tag in SINGULAR:
        assert {one.tag for one in node} <= {SINGULAR[node.tag]}
        return [plain(one) for one in node]
    return {one.tag: plain(one) for one in node} if len(node) else node.text


def a_request(key: str, **changes: Any) -> dict[str, Any]:
    given = {
        "api_key": key, "service_code": "roads.bus", "lat": "29.7011", "long": "120.6409",
        "description": "早班车一直不来，等了一个钟头。",
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


@pytest.fixture(params=FORMATS)
def city(request: pytest.FixtureRequest, here: SmallCounty) -> City:
    return City(here, request.param, key_for(here), Client())


def key_for(here: SmallCounty, *, scopes: tuple[str, ...] = (OPEN311,)) -> str:
    here.actor(TOWN_DISPATCHER)
    held = Appointment.objects.get(person=here.people["town_dispatcher"])
    opened = open_system_token(
        token_id=uuid.uuid4(), appointment_id=held.id, name="随手拍", scopes=scopes, days=365,
        by=here.actor(SECURITY_ADMINISTRATOR), at=AT,
    )  # fmt: skip
    return take_token(token_id=opened.id, by=here.actor(TOWN_DISPATCHER), at=AT)[1]


def bearer(key: str) -> Bearer:
    found = bearer_of(key, at=clock.now())
    assert found is not None
    return found


# ── The specification's musts ─────────────────────────────────────────────────────────────────────────────────────────


def says_where_it_is(city: City) -> None:
    said = city.read(city.get("discovery"))
    assert set(said) == {"changeset", "contact", "key_service", "endpoints"}
    (endpoint,) = said["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == f"http://testserver{ROOT}"
    assert endpoint["type"] == "production"
    assert set(endpoint["formats"]) == {"text/xml", "application/json"}
    assert W3.fullmatch(endpoint["changeset"])


def lists_services(city: City) -> None:
    said = city.read(city.get("services"))
    fields = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert all(set(one) == fields for one in said)
    assert {one["type"] for one in said} == {"realtime"}
    assert (
        len({one["service_code"] for one in said}) == len(said) == Topic.objects.exclude(parent=None).count()
    )
    light = next(one for one in said if one["service_code"] == "roads.light")
    bus = next(one for one in said if one["service_code"] == "roads.bus")
    yes, no = (True, False) if city.form == "json" else ("true", "false")
    assert (light["metadata"], bus["metadata"]) == (yes, no)
    assert (light["service_name"], light["group"]) == ("路灯照明", "道路交通")


def defines_a_service(city: City) -> None:
    said = city.read(city.get("services/roads.light"))
    assert said["service_code"] == "roads.light"
    first, second = said["attributes"]
    assert set(first) == {
        "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
    }  # fmt: skip
    assert [str(one["order"]) for one in (first, second)] == ["1", "2"]
    assert {first["datatype"], second["datatype"]} <= set(DATATYPES)
    assert second["values"][0] == {"key": "one", "name": "一盏"}
    assert city.read(city.get("services/roads.bus"))["attributes"] == []


def takes_a_request_and_shows_it(city: City) -> None:
    answered = city.post(first_name="大爷", last_name="裘", phone=PHONE, email="q@example.com")
    assert answered.status_code == 201
    (said,) = city.read(answered)
    assert set(said) == {"service_request_id", "service_notice", "account_id"}
    case = Case.everything.get()
    assert case.number == said["service_request_id"]
    assert case.receipt_code in said["service_notice"]
    shown = city.one(case.number, api_key=city.key)
    assert set(shown) == {
        "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
        "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
        "address", "address_id", "zipcode", "lat", "long", "media_url",
    }  # fmt: skip
    assert (shown["status"], shown["service_code"]) == ("open", "roads.bus")
    assert shown["description"].startswith("早班车一直不来")
    assert all(W3.fullmatch(shown[name]) for name in ("requested_datetime", "updated_datetime"))
    assert "举坑村第一网格" in shown["address"]
    contact = Contact.objects.get()
    assert (contact.name, contact.phone) == ("裘大爷", PHONE)


def maps_our_states_to_open_and_closed(city: City) -> None:
    people = everyone(city.here)
    number = city.made()
    case = Case.everything.get(number=number)
    for step, role, values in (
        ("sign", "town_dispatcher", {}),
        ("assign", "town_dispatcher", {"unit": str(city.here.unit.id)}),
        ("conclude", "handler", {"result": "已增加一班车。"}),
        ("approve", "reviewer", {}),
    ):
        take_step(case_id=case.id, step=step, given=StepInput(values), by=people[role], at=AT)
        assert city.one(number, api_key=city.key)["status"] == "open"
    shown = city.one(number, api_key=city.key)
    assert shown["status_notes"].endswith("：已增加一班车。")
    assert shown["agency_responsible"] == "谷来镇综合执法队"
    confirmed = StepInput({"content": "content"})
    take_step(case_id=case.id, step="confirm", given=confirmed, by=people["follow_up_caller"], at=AT)
    assert city.one(number, api_key=city.key)["status"] == "closed"


def filters_requests(city: City) -> None:
    bus, water = city.made(), city.made(service_code="water.pond")
    Case.everything.filter(number=water).update(closed_at=AT)

    def found(**query: Any) -> list[str]:
        answered = city.get("requests", api_key=city.key, **query)
        assert answered.status_code == 200, answered.content.decode()
        return [one["service_request_id"] for one in city.read(answered)]

    assert set(found()) == {bus, water}
    assert found(service_code="roads.bus") == [bus]
    assert set(found(service_code="roads.bus,water.pond")) == {bus, water}
    assert found(status="open") == [bus]
    assert found(status="closed") == [water]
    assert set(found(status="open,closed")) == {bus, water}
    # Ids override everything else; small letters are as good.
    assert set(found(service_request_id=f"{bus.lower()},{water}", status="closed")) == {bus, water}
    assert found(service_request_id="none") == []
    assert found(page="2") == []
    assert len(found(page_size="1")) == 1
    assert found(start_date="2026-11-21T00:00:00Z") == []
    assert set(found(start_date="2026-11-20T00:00:00Z", end_date="2026-11-21T00:00:00Z")) == {bus, water}
    assert set(found(end_date="2026-11-21T00:00:00+08:00")) == {bus, water}
    # What is empty is not there.
    assert set(found(status="", service_code="", start_date="", service_request_id="")) == {bus, water}


def goes_back_ninety_days(city: City) -> None:
    number = city.made()
    Submission.objects.update(made_at=AT - timedelta(days=91))
    assert city.read(city.get("requests", api_key=city.key)) in ([], None)
    assert city.one(number, api_key=city.key)["service_request_id"] == number
    too_long = city.get("requests", start_date="2026-01-01T00:00:00Z", end_date="2026-06-01T00:00:00Z")
    assert too_long.status_code == 400


def finds_a_request_by_its_token(city: City) -> None:
    sent = str(uuid.uuid4())
    number = city.made(headers={KEY_HEADER: sent})
    assert city.made(headers={KEY_HEADER: sent}) == number
    assert city.read(city.get(f"tokens/{sent}")) == [{"service_request_id": number, "token": sent}]
    other = city.post(headers={KEY_HEADER: sent}, description="河边的护栏断了一截。")
    assert other.status_code == 409
    assert city.get(f"tokens/{uuid.uuid4()}").status_code == 404
    assert city.post(headers={KEY_HEADER: str(uuid.uuid1())}).status_code == 400


def says_what_is_wrong(city: City) -> None:
    for answered, status in (
        (city.get("services", jurisdiction_id="elsewhere.gov"), 404),
        (city.get("services/no.such"), 404),
        (city.get("requests/000000-AAAAA"), 404),
        (city.get("no/such/address"), 404),
        (city.get("tokens/none"), 404),
        (city.get("requests", status="resolved"), 400),
        (city.get("requests", start_date="yesterday"), 400),
        (city.get("requests", start_date="2026-11-20T00:00:00"), 400),
        (city.get("requests", start_date="9999-12-31T23:59:59Z"), 400),
        (city.get("requests", page="0"), 400),
        (city.get("requests", api_key="mq_wrong"), 403),
        (city.post(api_key=None), 403),
        (city.post(api_key="mq_wrong"), 403),
        (city.post(jurisdiction_id="elsewhere.gov"), 404),
        (city.post(service_code=None), 400),
        (city.post(service_code="no.such"), 404),
        (city.client.put(f"{ROOT}/requests.{city.form}"), 405),
        (city.client.post(f"{ROOT}/services.{city.form}"), 405),
    ):
        assert answered.status_code == status, answered.content.decode()
        (said,) = city.read(answered)
        assert set(said) == {"code", "description"}
        assert str(said["code"]) == str(status)
        assert said["description"].endswith("。")


def serves_one_jurisdiction(city: City) -> None:
    for mine in ("", "330683", "testserver"):
        assert city.get("services", jurisdiction_id=mine).status_code == 200
    assert city.made(jurisdiction_id="330683")


MUSTS: Final[tuple[Callable[[City], None], ...]] = (
    says_where_it_is, lists_services, defines_a_service, takes_a_request_and_shows_it,
    maps_our_states_to_open_and_closed, filters_requests, goes_back_ninety_days, finds_a_request_by_its_token,
    says_what_is_wrong, serves_one_jurisdiction,
)  # fmt: skip


@pytest.mark.parametrize("must", MUSTS, ids=lambda one: one.__name__)
def test_a_must_of_the_specification(city: City, must: Callable[[City], None]) -> None:
    must(city)


# ── Where, what, and what else is asked ──────────────────────────────────────────────────────────────────────────────


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
