"""What tests of the desk share: a county with people in every role, signed-in browsers, and cases."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.areas.public import Area
from minqing.cases.public import Case, ContactInput, Report, new_report_id, open_case
from minqing.disclosure.public import break_glass
from minqing.kernel import clock
from minqing.kernel.access import Actor, Role
from minqing.kernel.roles import SECURITY_ADMINISTRATOR
from minqing.registry.public import Household, Resident, subject_ref

WORDS = "门前的路灯坏了三天，晚上走路看不见。老人摔了一跤。"


def signed_in(actor: Actor) -> Client:
    """Return a browser in which somebody signed in."""
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


def telephoned(at_area: Area, *, words: str = WORDS, phone: str = "13800000000", **changes: Any) -> Case:
    """Open a hotline case as if it came by a door code: nobody's account behind it."""
    given: dict[str, Any] = {
        "id": new_report_id(),
        "source": "door_code",
        "area_id": at_area.id,
        "words": words,
        "contact": ContactInput("裘大爷", phone),
    }
    return open_case(Report(**{**given, **changes}), by=None, at=AT)


def photo(name: str = "灯.jpg") -> SimpleUploadedFile:
    """Return a small picture as a browser uploads it."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 180, 40)).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


@dataclass
class Desk:
    """The small county seen from its desks."""

    county: SmallCounty

    def as_(self, role: Role, **where: Any) -> Client:
        return signed_in(self.county.actor(role, **where))

    def with_reason(self, role: Role, row: Resident | Household) -> Client:
        """Return the browser of somebody whom no work links to a file, and who broke the glass."""
        actor = self.county.actor(role)
        self.county.actor(SECURITY_ADMINISTRATOR)  # somebody has to judge it
        words = "家属来电话说联系不上，要核对住址"
        ref = subject_ref(row.subject_kind, row.id)
        break_glass(ref=ref, category="emergency", words=words, by=actor, at=clock.now())
        return signed_in(actor)

    def step(self, client: Client, case: Case, step: str, leg: int, **given: Any) -> HttpResponse:
        """Post a step as the case page does."""
        data = {f"{step}-{key}": value for key, value in {"leg": leg, **given}.items()}
        return client.post(reverse("desk:step", args=[case.id, step]), data)  # type: ignore[return-value]
