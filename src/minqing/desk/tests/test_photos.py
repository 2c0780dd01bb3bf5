"""Photos of the handling: unseen until looked at; what is covered is gone from the copy; the original stays."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from minqing.accounts.tests.factories import AT
from minqing.cases.models import Attachment
from minqing.cases.models_desk import PhotoRelease
from minqing.cases.public import receipt
from minqing.desk.tests.county import photo, telephoned
from minqing.journal.public import timeline
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK

RED = (220, 30, 30)


def picture():
    data = io.BytesIO()
    image = Image.new("RGB", (400, 200), (240, 240, 240))
    image.paste(RED, (100, 50, 200, 150))
    exif = Image.Exif()
    exif[0x010E] = "举坑村 12 号"
    image.save(data, "JPEG", quality=95, exif=exif)
    return SimpleUploadedFile("现场.jpg", data.getvalue(), "image/jpeg")


@pytest.fixture
def handled(desk):
    """A case reported by a door code with a photo, handled by a unit with another one."""
    case = telephoned(desk.county.grid, photos=[photo()])
    dispatcher = desk.as_(TOWN_DISPATCHER)
    desk.step(dispatcher, case, "sign", 1)
    desk.step(dispatcher, case, "assign", 2, unit=str(desk.county.unit.id))
    desk.step(desk.as_(HANDLER), case, "conclude", 3, result="修好了", photo=picture())
    return case, Attachment.objects.get(case=case, step="conclude")


def reporter_sees(case, attachment):
    answer = Client().get(reverse("portal:photo", args=[case.receipt_code, attachment.id]))
    found = receipt(case.receipt_code, at=AT)
    return answer, attachment.id in {*found.result_photos, *found.photos}


def brightness(image, x, y):
    red, green, blue = image.getpixel((x, y))
    return red + green + blue


def release(client, attachment, *boxes):
    columns = zip(*boxes, strict=True) if boxes else ((), (), (), ())
    given = dict(zip(("left", "top", "width", "height"), columns, strict=True))
    return client.post(reverse("desk:photo_release", args=[attachment.id]), given)


def test_what_is_covered_is_gone_and_the_original_stays(desk, handled):
    case, result = handled
    own = Attachment.objects.get(case=case, step="")
    answer, listed = reporter_sees(case, result)
    assert (answer.status_code, listed) == (404, False)
    assert reporter_sees(case, own)[0].status_code == 200
    client = desk.as_(VILLAGE_CLERK)
    page = client.get(reverse("desk:case", args=[case.id]))
    assert page.context["unreleased"] == 1
    before = default_storage.open(str(result.file)).read()
    assert release(client, result, ("24", "24", "27", "52.5"), ("", "", "", "")).status_code == 302
    answer, listed = reporter_sees(case, result)
    assert (answer.status_code, listed) == (200, True)
    seen = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert seen.size == (400, 200)
    assert not seen.getexif()
    assert all(brightness(seen, x, y) < 160 for x in range(100, 200, 7) for y in range(50, 150, 7))
    assert brightness(seen, 20, 20) > 650
    assert default_storage.open(str(result.file)).read() == before
    assert "遮住 1 处后公开" in timeline("case", case.id)[-1].sentence


def test_done_again_the_last_one_holds_and_it_can_be_taken_back(
    desk, handled, django_capture_on_commit_callbacks
):
    case, result = handled
    client = desk.as_(TOWN_DISPATCHER)
    release(client, result, ("0", "0", "50", "50"))
    first = str(PhotoRelease.objects.get(attachment=result).file)
    with django_capture_on_commit_callbacks(execute=True):
        release(client, result)
    assert not default_storage.exists(first)
    assert PhotoRelease.objects.get(attachment=result).file == ""
    assert "看过后原样" in timeline("case", case.id)[-1].sentence
    assert reporter_sees(case, result)[0].status_code == 200
    client.post(reverse("desk:photo_withdraw", args=[result.id]))
    assert reporter_sees(case, result)[0].status_code == 404


@pytest.mark.parametrize(
    "box",
    [
        ("a", "0", "1", "1"),
        ("0", "0", "0", "5"),
        ("90", "0", "20", "5"),
        ("-1", "0", "5", "5"),
        ("1", "1", "", "5"),
    ],
)
def test_a_box_of_no_sense_is_said_and_nothing_is_released(desk, handled, box):
    case, result = handled
    answer = release(desk.as_(VILLAGE_CLERK), result, ("1", "1", "5", "5"), box)
    assert answer.status_code == 400
    assert 'value="5"' in answer.content.decode()
    assert reporter_sees(case, result)[0].status_code == 404


def test_who_may(desk, handled):
    _, result = handled
    assert release(desk.as_(GRID_WORKER), result).status_code == 403
    assert release(desk.as_(VILLAGE_CLERK, area=desk.county.neighbour), result).status_code == 404
    own = Attachment.objects.get(case=result.case, step="")
    assert release(desk.as_(VILLAGE_CLERK), own).status_code == 400
    assert release(desk.as_(VILLAGE_CLERK), result, *[("1", "1", "2", "2")] * 21).status_code == 400
