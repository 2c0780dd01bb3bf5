"""How far the journal is sealed, and alarms, on the pages of those who must look after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.desk.tests.county import Desk
from minqing.journal import jobs
from minqing.journal.public import Check, check
from minqing.journal.tests.conftest import roots  # noqa: F401 - the folder that pytest throws away
from minqing.journal.tests.sealed import light, next_xact, seal_all
from minqing.kernel import clock
from minqing.kernel.roles import AUDITOR, GRID_WORKER, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roots")]
MINUTE = timedelta(minutes=1)


def test_the_auditor_sees_how_far_the_journal_is_sealed_and_checked(desk: Desk) -> None:
    auditor = desk.as_(AUDITOR)
    assert "还没有封存过" in auditor.get(reverse("desk:seals")).content.decode()
    light(AT)
    made = seal_all(AT)
    assert made is not None
    check(at=AT)
    for name in ("desk:audit", "desk:seals"):
        page = auditor.get(reverse(name)).content.decode()
        assert f"已封存到第 {made.size} 条，2026-11-20 10:00" in page
        assert f"{made.size} 条全部相符" in page
        assert "请马上查明" not in page


def test_those_who_do_not_look_after_it_do_not_see_it(desk: Desk) -> None:
    for role in (GRID_WORKER, SYSTEM_ADMINISTRATOR):
        assert desk.as_(role).get(reverse("desk:seals")).status_code == 403


def test_what_is_wrong_stands_on_the_desks_of_both_administrators(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    light(AT)
    with clock.fixed(AT + 20 * MINUTE):
        for role in (AUDITOR, SECURITY_ADMINISTRATOR):
            for name in ("desk:home", "desk:seals"):
                assert "20 分钟没有封存" in desk.as_(role).get(reverse(name)).content.decode(), name
        assert "没有封存" not in desk.as_(GRID_WORKER).get(reverse("desk:home")).content.decode()
    Check.objects.create(at=AT, seconds=1, size=2, is_sound=False, sentence="第 2 条记录被改动过。")
    page = desk.as_(SECURITY_ADMINISTRATOR).get(reverse("desk:home")).content.decode()
    assert "最近一次核验没有通过：第 2 条记录被改动过。" in page


@pytest.mark.django_db(transaction=True)
def test_the_nightly_job_writes_down_what_it_found(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed(AT):
        id_ = light(AT)
        monkeypatch.setattr("minqing.journal.sealing._horizon", next_xact)
        jobs.seal(timestamp=0)
        jobs.verify(timestamp=0)
        assert Check.objects.get().is_sound
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE journal_entry SET person_name = '别人' WHERE id = %s", [id_])
    with clock.fixed(AT + MINUTE):
        jobs.verify(timestamp=0)
    found = Check.objects.latest("at")
    assert not found.is_sound
    assert str(id_) in found.sentence
    assert "流水核验没有通过" in caplog.text
