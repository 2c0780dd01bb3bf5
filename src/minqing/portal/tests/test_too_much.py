"""More than a page takes: a sentence that says what to do, a line in the log, and nothing typed lost where it fits."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from minqing.accounts.tests.factories import everyone
from minqing.cases.models import Case
from minqing.kernel.logs import WithoutTrace
from minqing.kernel.roles import TOWN_DISPATCHER
from minqing.portal.tests.conftest import report, said

pytestmark = pytest.mark.django_db
LONG = "路" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 3 + 1000)


@pytest.fixture
def officer(here) -> Client:
    everyone(here)
    client = Client()
    here.actor(TOWN_DISPATCHER)
    client.force_login(here.people["town_dispatcher"])
    return client


def test_a_body_that_is_too_large_says_so_without_a_trace(client, here, door, officer, caplog):
    name = "django.security.RequestDataTooBig"
    assert settings.LOGGING["loggers"][name]["filters"] == ["without_trace"]
    assert any(isinstance(one, WithoutTrace) for one in logging.getLogger(name).filters)
    code = report(client, door)
    for asking, address in (
        (client, f"/d/{door.code}/"),
        (client, f"/r/{code}/words/"),
        (officer, reverse("desk:case_new")),
    ):
        for answered in (
            asking.post(address, said(words=LONG)),  # a form with files
            asking.post(address, f"words={LONG}", content_type="application/x-www-form-urlencoded"),
        ):
            assert answered.status_code == 413, address
            words = answered.content.decode()
            assert "写得太长了，没有收下" in words
            assert "分几次提交" in words
            assert "路路" not in words
    assert len(caplog.records) == 6
    assert {(one.levelname, one.exc_info, one.exc_text) for one in caplog.records} == {
        ("WARNING", None, None)
    }
    assert "Traceback" not in caplog.text


def test_too_many_files_are_told_too(client, door):
    from django.core.files.uploadedfile import SimpleUploadedFile

    many = [SimpleUploadedFile(f"{n}.jpg", b"x", "image/jpeg") for n in range(101)]
    answered = client.post(f"/d/{door.code}/", said(photos=many))
    assert answered.status_code == 413
    assert "去掉一些再提交" in answered.content.decode()


def test_words_over_the_limit_of_the_field_stay_with_the_mistake_beside_them(client, here, door, officer):
    code = report(client, door)
    typed = "路灯不亮，" * 2000
    for asking, address, sent in (
        (client, f"/r/{code}/words/", {"words": typed}),
        (officer, reverse("desk:case_new"), said(words=typed, area=str(here.grid.id))),
    ):
        answered = asking.post(address, sent)
        assert answered.status_code == 400, address
        assert answered.context["form"].errors["words"], address
        assert typed in answered.content.decode()
        assert 'maxlength="2000"' in answered.content.decode()
    assert Case.everything.count() == 1
