"""GeoReport v2, must by must, in both formats."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from minqing.accounts.tests.factories import AT, everyone
from minqing.api.open311.attributes import DATATYPES
from minqing.api.open311.posting import KEY_HEADER
from minqing.api.tests.open311_city import PHONE, ROOT, W3, City
from minqing.api.tests.open311_city import city as city
from minqing.cases.models import Case, Contact, Topic
from minqing.cases.models_interface import Submission
from minqing.cases.public import StepInput, take_step

pytestmark = pytest.mark.django_db


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
