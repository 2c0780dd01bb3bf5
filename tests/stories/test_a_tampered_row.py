"""A superuser of the database changes an old entry; the night's verification names it, and the auditor reads which."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.events import CaseOpened
from minqing.cases.models import Case
from minqing.journal import jobs, sealing
from minqing.journal.models import Entry, Leaf
from minqing.journal.tests.conftest import roots  # noqa: F401 - the folder that pytest throws away
from minqing.journal.tests.sealed import next_xact
from minqing.kernel import clock
from minqing.kernel.roles import AUDITOR, SECURITY_ADMINISTRATOR
from tests.stories.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("roots")]


def test_an_auditor_finds_a_tampered_row(
    here: SmallCounty, window: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        sealing, "_horizon", lambda: next_xact() + 1
    )  # nobody else writes to this story's database
    code, number = _somebody_reports(here)
    jobs.seal(timestamp=0)
    jobs.verify(timestamp=0)

    auditor = window(DESK, here.actor(AUDITOR))
    auditor.goto("/desk/audit/")
    assert "已封存到第" in auditor.inner_text("main")
    assert "全部相符" in auditor.inner_text("main")
    _the_reporter_keeps_the_proof(window, code, tmp_path)

    # At night somebody with the superuser's password makes it look as if another had signed in.
    opened = Entry.objects.get(kind=CaseOpened.kind)
    position = Leaf.objects.get(id=opened.id).position
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE journal_entry SET person_name = '别人' WHERE id = %s", [opened.id])
    with clock.shifted(timedelta(hours=16)):
        jobs.verify(timestamp=0)

    auditor.goto("/desk/")
    alarm = auditor.get_by_role("alert").filter(has_text="流水的封存出了问题").first
    assert f"第 {position + 1} 条记录（编号 {opened.id}" in alarm.inner_text()
    auditor.get_by_role("link", name="去看看").click()
    auditor.wait_for_url("**/desk/seals/")
    assert "没有通过" in auditor.inner_text("main")
    assert "被改动过，内容与封存时不同" in auditor.inner_text("main")
    security = window(PHONE, here.actor(SECURITY_ADMINISTRATOR))
    security.goto("/desk/seals/")
    assert str(opened.id) in security.inner_text("main")

    resident = window(PHONE)
    resident.goto(f"/r/{code}/proof/")
    assert "核对没有通过" in resident.inner_text("main")
    assert number in resident.inner_text("main")


def _somebody_reports(here: SmallCounty) -> tuple[str, str]:
    from minqing.cases.public import ContactInput, Report, new_report_id, open_case

    words = "门前的路灯坏了三天，晚上走路看不见。"
    contact = ContactInput("裘大爷", "13800000000")
    report = Report(
        id=new_report_id(), source="door_code", area_id=here.grid.id, words=words, contact=contact
    )  # fmt: skip
    open_case(report, by=None, at=AT)
    case = Case.everything.get()
    return case.receipt_code, case.number


def _the_reporter_keeps_the_proof(window: Callable[..., Any], code: str, tmp_path: Path) -> None:
    """Download the file and check it with the offline command, which knows no database."""
    resident = window(PHONE)
    resident.goto(f"/r/{code}/")
    resident.get_by_role("link", name="核验这条记录").click()
    assert "记录在册，没有被改动过" in resident.inner_text("main")
    with resident.expect_download() as download:
        resident.get_by_role("link", name="下载证明文件").click()
    file = tmp_path / "proof.json"
    download.value.save_as(file)
    checked = subprocess.run(
        [sys.executable, "-m", "minqing.config.console", "journal", "check-proof", str(file)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert "证明成立" in checked.stdout
