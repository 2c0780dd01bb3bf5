"""A county with a household's door code, a stopped clock and no counts left from the test before."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases.models import Case, DoorCode
from minqing.cases.public import StepInput, make_door_code, new_report_id, take_step
from minqing.kernel import clock
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import GRID_WORKER
from minqing.registry.models import Household
from minqing.registry.public import SubjectRef
from minqing.registry.tests.factories import make_home

# Past the hour on purpose: what is rounded can be told from what is not.
NOW = AT + timedelta(minutes=37, seconds=12, microseconds=345)
WORDS = "门前的路灯坏了三天，晚上走路看不见。老人摔了一跤。"
GPS_MARK = "GPSMARK-120.640123-29.700456"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    forget_counts()
    with clock.fixed(NOW):
        yield


@pytest.fixture
def here(db: None) -> SmallCounty:
    return small_county()


@pytest.fixture
def home(here: SmallCounty) -> Household:
    return make_home(here.micro_grid, "裘阿婆")[0]


@pytest.fixture
def door(here: SmallCounty, home: Household) -> DoorCode:
    by = here.actor(GRID_WORKER)
    return make_door_code(area_id=here.micro_grid.id, subject=SubjectRef("household", home.id), by=by, at=AT)


def photo(name: str = "IMG_20261120_103712.jpg") -> SimpleUploadedFile:
    """A photo as a phone makes it: with where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "PlantedPhoneMaker"
    exif[0x9286] = GPS_MARK
    exif.get_ifd(0x8825)[0x001D] = GPS_MARK
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#6a8f7b").save(out, "JPEG", exif=exif, comment=GPS_MARK.encode())
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def said(**changes: object) -> dict[str, object]:
    """What a resident's form sends; anonymous unless changed."""
    given: dict[str, object] = {
        "id": str(new_report_id()),
        "words": WORDS,
        "anonymous": "yes",
        "name": "",
        "phone": "",
    }
    return given | changes


def report(client: Client, door: DoorCode, **changes: object) -> str:
    """Report at a door and return the receipt's code."""
    answered = client.post(f"/d/{door.code}/", said(**changes))
    assert answered.status_code == 302, answered.content.decode()
    return str(answered["Location"]).split("/")[2]


def walk_to_the_follow_up(here: SmallCounty, code: str, *, again: bool = False) -> Case:
    """Let the officials take a case to where its reporter is asked."""
    people = everyone(here)
    case = Case.everything.get(receipt_code=code)

    def step(name: str, role: str, **values: str) -> None:
        at = clock.now()
        take_step(case_id=case.id, step=name, given=StepInput(values), by=people[role], at=at)

    if not again:
        step("sign", "town_dispatcher")
        step("assign", "town_dispatcher", unit=str(here.unit.id), topic="roads.light", advice="请今天去看")
    step("conclude", "handler", result="已换新灯泡，亮了。")
    step("approve", "reviewer")
    return case
