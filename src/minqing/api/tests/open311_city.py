"""A server of GeoReport v2 as a client sees it: asked in one format, its answers read back into plain values."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from django.test import Client

from minqing.accounts.models import Appointment
from minqing.accounts.public import (
    OPEN311,
    Bearer,
    bearer_of,
    open_system_token,
    take_token,
)
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.kernel import clock
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, TOWN_DISPATCHER

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
