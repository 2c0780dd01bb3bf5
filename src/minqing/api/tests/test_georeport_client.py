"""A client of Open311 from PyPI, as it is, against a running server: lists, definitions, requests, in both formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import georeport  # type: ignore[import-untyped]  # ships no types
import pytest
import requests

from minqing.accounts.tests.factories import SmallCounty
from minqing.api.tests.open311_city import ROOT, a_request, key_for
from minqing.kernel.settings import settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _may_call_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The client sits in the process whose pushes may not reach the machine itself."""
    monkeypatch.setenv("MINQING_OUTBOUND", "any")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(params=["json", "xml"])
def city(request: pytest.FixtureRequest, live_server: Any, here: SmallCounty) -> Any:
    return georeport.GeoReport(
        f"{live_server.url}{ROOT}", jurisdiction=here.county.code, output_format=request.param
    )


def test_a_client_that_is_not_ours_finds_its_way(city: Any, here: SmallCounty, live_server: Any) -> None:
    services = city.get_service_list()
    assert {"roads.light", "water.tap"} <= {one["service_code"] for one in services}
    definition = city.get_service_definition("water.tap")
    attributes = definition["attributes"]
    if city.output_format == "xml":
        attributes = attributes["attribute"]
    assert [one["code"] for one in attributes] == ["what", "since"]

    # It cannot post: a form does, as the specification says, and it reads what came of it.
    sent = a_request(key_for(here), listed="true", service_code="water.tap", **{"attribute[what]": "leak"})
    posted = requests.post(f"{live_server.url}{ROOT}/requests.json", data=sent, timeout=30)
    assert posted.status_code == 201, posted.text
    number = posted.json()[0]["service_request_id"]
    found = city.get_service_request(number)
    assert (found["service_request_id"], found["status"]) == (number, "open")
    assert found["service_name"] == "水管水压"
    every = city.get_service_requests(status="open", service_code="water.tap")
    listed = every if isinstance(every, list) else [every]
    assert [one["service_request_id"] for one in listed] == [number]
    ids = city.get_service_requests(service_request_id=number)
    assert ids

    with pytest.raises(requests.HTTPError, match="404"):
        city.get_service_request("000000-AAAAA")
    with pytest.raises(requests.HTTPError, match="400"):
        city.get_service_requests(start_date="2026-01-01T00:00:00Z", end_date="2026-12-01T00:00:00Z")
