"""Story: a petition until the re-examination that the petitioner asks for; a neighbour sees nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import SmallCounty
from minqing.cases.models import Case
from minqing.kernel.roles import HANDLER, PETITION_OFFICER, TOWN_SECRETARY, VILLAGE_CLERK
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser


def test_a_petition_goes_its_statutory_way(here: SmallCounty, window: Any) -> None:
    secretary = here.actor(TOWN_SECRETARY)

    # The petition officer registers it and decides to accept it.
    officer = window(DESK, here.actor(PETITION_OFFICER))
    officer.goto(f"/desk/petitions/new/?area={here.grid.id}")
    officer.get_by_label("反映的事情").fill("修路占了我家两分地，补偿的面积少算了一半。")
    officer.locator("input[name=name]").fill("裘大爷")
    officer.locator("input[name=phone]").fill("13800001234")
    officer.get_by_role("button", name="登记", exact=True).last.click()
    officer.wait_for_url("**/receipt/**")
    case = Case.everything.select_related("run").get()
    page = f"/desk/cases/{case.id}/"
    officer.goto(page)
    officer.get_by_label("承办单位").first.select_option(label=here.unit.name)
    take(officer, "受理")

    handler = window(PHONE, here.actor(HANDLER))
    handler.goto(f"/m/matters/{case.id}/")
    take(handler, "办理情况上报", 办理结果="和村里一起重新量过，确实少算了。")
    officer.goto(page)
    take(officer, "出具处理意见", 处理意见书="补足面积差额。不服本意见的，可以在 30 日内申请复查。")

    # The petitioner reads it on the receipt, and is not content.
    petitioner = window(PHONE, java_script_enabled=False)
    petitioner.goto(f"/r/{case.receipt_code}/")
    petitioner.get_by_text("补足面积差额").first.wait_for()
    petitioner.get_by_role("link", name="申请复查").click()
    petitioner.get_by_role("textbox").fill("差额还是少了三厘，请再量一次。")
    petitioner.get_by_role("button", name="申请复查").click()
    petitioner.get_by_text("复查中").first.wait_for()

    # A leader is named who answers for it to the end.
    officer.goto(f"/desk/petitions/{case.id}/sponsor/")
    officer.get_by_label("包案领导").select_option(value=str(secretary.person_id))
    officer.get_by_role("button", name="指定").click()
    officer.get_by_text("已指定包案领导").first.wait_for()
    officer.goto("/desk/petitions/")
    officer.get_by_role("row", name=case.number).get_by_text(secretary.person_name).wait_for()

    # Whoever works next to it sees nothing of it.
    clerk = window(DESK, here.actor(VILLAGE_CLERK))
    assert clerk.goto(page).status == 404
    clerk.goto("/desk/cases/?view=all")
    assert clerk.get_by_text(case.number).count() == 0
    case.run.refresh_from_db()
    assert (case.run.state, case.run.sponsor_id) == ("reviewing", secretary.person_id)
