"""Whatever is sent to whichever address: never a broken page, always a Chinese sentence, and nothing half done."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from minqing.areas.models import Area
from minqing.kernel import clock
from minqing.kernel.limits import forget_counts
from tests.asking import Answer, ask
from tests.canary import Planted
from tests.canary_cases import photo
from tests.fillings import Place, places
from tests.forms import names_of_fields
from tests.strangers import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

ROLES: Final = ("village_clerk", "town_dispatcher", "system_administrator")
HUGE: Final = "9" * 400
NASTY: Final[dict[str, Any]] = {
    "nothing but blanks": "  \u3000\t ",
    "invisible": "\u200b\u200e\u202e路灯\u2066坏了\ufeff",
    "nul and controls": "路\x00灯\x07坏\x1b了",
    "half a character": "\ud800\udfff",
    "huge number": HUGE,
    "negative": "-1",
    "not a number": "NaN",
    "infinite": "1e400",
    "no uuid": "not-an-id",
    "another's uuid": str(uuid4()),
    "no date": "2026-02-30",
    "year of five digits": "99999-01-01",
    "quotes": "'; DROP TABLE resident; --\"><script>alert(1)</script>{{ 7*7 }}",
    "long": "长" * 2_500,
    "percent": "%00%ff%s%(a)s",
}
TREATMENTS: Final = tuple(NASTY)
IN_ADDRESSES: Final = ("nul and controls", "huge number", "no uuid", "no date", "quotes", "invisible")


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


@pytest.fixture(scope="module")
def forms_of(planted: Planted) -> Callable[[str], list[Place]]:
    """A function that returns the addresses that take a form from a role; each role is asked for once."""

    @cache
    def found(role: str) -> list[Place]:
        client, taken = client_of(planted.here.people[role]), []
        for place in places(planted, each_max=1):
            if place.address.name != "accounts:sign_out":
                forget_counts()
                if ask(client, "post", place.url).status not in (403, 404, 405):
                    taken.append(place)
        return taken

    return found


def wrong(answer: Answer, what: str) -> list[str]:
    if answer.error or answer.status >= 500:
        return [f"{what}: {answer.status} {answer.error}"]
    if answer.status == 405 and " api:" in what:
        return []  # to a machine the status and the header `Allow` say it
    if answer.status >= 400 and not re.search(r"[\u4e00-\u9fff]{2,}", answer.text):
        return [f"{what}: {answer.status} without a sentence"]
    raw = answer.response.content if answer.response is not None and not answer.response.streaming else b""
    if b"<script>alert" in raw and b"json" not in answer.response["Content-Type"].encode():  # type: ignore[index]
        return [f"{what}: what was sent came back as code"]
    return []


def sent(place: Place, value: Any) -> dict[str, Any]:
    names = names_of_fields()
    prefix = dict(place.filling).get("step", "")
    return dict.fromkeys([*names, *(f"{prefix}-{name}" for name in names if prefix)], value)


@pytest.mark.parametrize("role", ROLES)
def test_every_form_takes_nonsense_with_a_sentence(planted: Planted, forms_of: Any, role: str) -> None:
    client = client_of(planted.here.people[role])
    found = []
    for number, place in enumerate(forms_of(role)):
        json = place.address.name.startswith("api:")
        # Each address meets every fifth kind of nonsense; another role meets it with others.
        for kind in TREATMENTS[(number + ROLES.index(role)) % 5 :: 5]:
            forget_counts()
            value = NASTY[kind] if json or kind != "half a character" else "\ufffd"
            data = sent(place, value)
            extra = {"content_type": "application/json"} if json else {}
            body: Any = data
            if not json and kind != "long":  # which percent signs would make too long for any form to see it
                body, extra = urlencode(data), {"content_type": "application/x-www-form-urlencoded"}
            answer = ask(client, "post", place.url, body, **extra)
            found += wrong(answer, f"{role}: POST {place.address.name} with {kind}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_takes_a_nonsensical_address(planted: Planted, role: str) -> None:
    client = client_of(planted.here.people[role])
    found = []
    for place in places(planted, each_max=1):
        if place.filling and "kind" not in dict(place.filling):
            continue
        for kind in IN_ADDRESSES[ROLES.index(role) :: len(ROLES)]:
            forget_counts()
            answer = ask(client, "get", place.url, dict.fromkeys(names_of_fields(), NASTY[kind]))
            found += wrong(answer, f"{role}: GET {place.address.name} with {kind}")
    assert not found, "\n".join(found)


def test_wrong_methods_are_answered(planted: Planted) -> None:
    client = client_of(planted.here.people["village_clerk"])
    found = []
    for place in places(planted, each_max=1):
        for method in ("put", "delete", "patch", "head", "options", "trace"):
            forget_counts()
            answer = ask(client, method, place.url)
            if answer.error or answer.status >= 500:
                found.append(f"{method} {place.address.name}: {answer.status} {answer.error}")
            if answer.entries:
                found.append(f"{method} {place.address.name} changed something")
    assert not found, "\n".join(found)


def test_files_that_are_none_are_refused(planted: Planted, forms_of: Any) -> None:
    client = client_of(planted.here.people["village_clerk"])
    uploads = {
        "no picture": lambda: SimpleUploadedFile("IMG_1.jpg", b"\xff\xd8\xff not a picture", "image/jpeg"),
        "empty": lambda: SimpleUploadedFile("名册.xlsx", b"", "application/octet-stream"),
        "no spreadsheet": lambda: SimpleUploadedFile("名册.xlsx", b"PK\x03\x04 nonsense", "application/zip"),
        "a strange name": lambda: SimpleUploadedFile("../../\u202egpj.exe", b"MZ", "image/jpeg"),
        "text where a picture belongs": lambda: "IMG_1.jpg",
        "too many": lambda: [photo() for _ in range(12)],
    }
    found = []
    for place in forms_of("village_clerk"):
        if place.address.name.startswith("api:"):
            continue
        prefix = dict(place.filling).get("step", "")
        for kind, upload in uploads.items():
            forget_counts()
            data = {"photos": upload(), "file": upload(), "photo": upload(), f"{prefix}-photo": upload()}
            data |= {
                "kind": "residents",
                "words": "路灯坏了，请来看看。",
                "anonymous": "yes",
                "id": str(uuid4()),
            }
            found += wrong(ask(client, "post", place.url, data), f"POST {place.address.name} with {kind}")
    assert not found, "\n".join(found)


def test_too_much_is_refused_before_it_is_read(planted: Planted, forms_of: Any) -> None:
    client = client_of(planted.here.people["village_clerk"])
    big = "长" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 3 + 1000)
    many = {f"field{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 10)}
    found = []
    for place in forms_of("village_clerk")[::4]:
        json = place.address.name.startswith("api:")
        extra = (
            {"content_type": "application/json"}
            if json
            else {"content_type": "application/x-www-form-urlencoded"}
        )
        for data in ({"words": big}, many):
            forget_counts()
            body: Any = data if json else "&".join(f"{name}={value}" for name, value in data.items())
            answer = ask(client, "post", place.url, body, **extra)
            found += wrong(answer, f"POST {place.address.name} of {len(body)}")
    assert not found, "\n".join(found)


def test_the_same_post_twice_is_no_error(planted: Planted, forms_of: Any) -> None:
    """Empty as it is, sent twice in one transaction: the second answer is no worse than the first."""
    client = client_of(planted.here.people["village_clerk"])
    found = []
    for place in forms_of("village_clerk"):
        if place.address.name.startswith(("api:", "accounts:")):
            continue
        for _ in range(2):
            try:
                answer = client.post(place.url)
            except Exception as error:  # noqa: BLE001 - the finding
                found.append(f"{place.address.name}: {error!r}")
                break
            if answer.status_code >= 500:
                found.append(f"{place.address.name}: {answer.status_code}")
    assert not found, "\n".join(found)


def test_in_a_closed_village_pages_open_and_forms_say_why(planted: Planted) -> None:
    here = planted.here
    Area.objects.filter(id__in=[here.village.id, here.grid.id, here.micro_grid.id]).update(
        closed_at=clock.now()
    )
    client = client_of(here.people["village_clerk"])
    found = []
    for place in places(planted, each_max=1):
        for method in ("get", "post"):
            forget_counts()
            data = {"area": here.grid.id, "words": "路灯坏了，请来看看。", "id": uuid4(), "anonymous": "yes"}
            answer = ask(client, method, place.url, data if method == "post" else None)
            found += wrong(answer, f"{method} {place.address.name}")
    assert not found, "\n".join(found)


def test_whose_appointment_has_ended_is_told_so(planted: Planted) -> None:
    from datetime import timedelta

    from minqing.accounts.models import Appointment

    person = planted.here.people["village_clerk"]
    client = client_of(person)
    Appointment.objects.filter(person=person).update(ends_on=clock.today() - timedelta(days=1))
    found = []
    for place in places(planted, each_max=1):
        if place.address.is_public:
            continue
        for method in ("get", "post"):
            answer = ask(client, method, place.url)
            found += wrong(answer, f"{method} {place.address.name}")
            if place.is_one_record and answer.status == 200:
                found.append(f"{method} {place.address.name} still opens")
    assert not found, "\n".join(found)
