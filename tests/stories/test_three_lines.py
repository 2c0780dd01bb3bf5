"""Story: the first line does nothing; the matter climbs by itself, twice, and the village's secretary settles it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import ContactInput, Report, new_report_id, open_case
from minqing.journal.public import Entry, deliver
from minqing.kernel import clock
from minqing.kernel.roles import GROUP_LEADER, VILLAGE_CLERK, VILLAGE_SECRETARY
from minqing.workflow import jobs
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser


def test_a_matter_climbs_by_itself_until_somebody_settles_it(here: SmallCounty, window: Any) -> None:
    for role in (GROUP_LEADER, VILLAGE_CLERK, VILLAGE_SECRETARY):
        here.actor(role)
    report = Report(
        id=new_report_id(), source="officer", area_id=here.grid.id, words="弄堂口的石板松了，老人走过要绊倒。",
        procedure="three_lines", contact=ContactInput("裘阿婆", "13800000000"),
    )  # fmt: skip
    case = open_case(report, by=here.actor(GROUP_LEADER), at=AT)

    # A day for the first line, three working days for the second: nobody stirs.
    assert [state_after(days, case) for days in (4, 10)] == ["second", "third"]

    with clock.shifted(timedelta(days=11)):
        secretary = window(DESK, here.actor(VILLAGE_SECRETARY))
        secretary.goto(f"/desk/cases/{case.id}/")
        secretary.get_by_text("到时升到第二道").first.wait_for()
        secretary.get_by_text("到时升到村书记").first.wait_for()
        take(secretary, "书记办结", 办理结果="石板重新垫平，缝里灌了水泥，走过去不晃了。")

        resident = window(PHONE)
        resident.goto(f"/r/{case.receipt_code}/")
        resident.get_by_text("石板重新垫平").first.wait_for()
        resident.get_by_text("办好了", exact=True).click()
        resident.get_by_text("满意", exact=True).click()
        resident.get_by_role("button", name="提交").click()
        resident.get_by_text("已办结").first.wait_for()

        # The page of the three lines: settled in the village, by the third line, and it had climbed by itself.
        secretary.goto("/desk/lines/?since=2026-11-01&until=2026-12-31")
        whole = secretary.get_by_role("row", name="合计")
        whole.get_by_text("100%").wait_for()
        whole.get_by_role("link", name="自动上升 1 件").wait_for()
        whole.get_by_role("link", name="村书记 1 件").click()
        secretary.get_by_text(case.number).first.wait_for()


def state_after(days: int, case: Case) -> str:
    """Let days pass and the minute's sweep find what is late; return where the case stands after the news of it."""
    known = set(Entry.objects.values_list("id", flat=True))
    with clock.shifted(timedelta(days=days)):
        jobs.tick(timestamp=0)
        for entry in Entry.objects.filter(kind="workflow.run_overdue").exclude(id__in=known):
            deliver(entry.id)
    return Case.everything.select_related("run").get(id=case.id).run.state
