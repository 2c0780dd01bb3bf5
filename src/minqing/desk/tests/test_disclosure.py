"""The pages around a reason: refused with 403, opened against words, judged, alarmed; and a number on its own page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT, stepped_up
from minqing.desk.tests.county import Desk, signed_in, telephoned
from minqing.diary.tests.factories import make_visit
from minqing.disclosure.models import AccessNotice, BreakGlass
from minqing.kernel import clock
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    SECURITY_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.registry.public import ResidentInput, add_resident, subject_ref
from minqing.registry.tests.factories import make_home, make_resident

REASON = {"category": "emergency", "words": "家属来电话说联系不上，要核对住址"}
PHONE = "13867512340"


def text(answer) -> str:
    return str(answer.content.decode())


def file_of(row, name: str = "desk:dossier") -> str:
    return reverse(name, args=[row.subject_kind, row.id])


def test_without_a_link_403_and_a_form_and_nothing_of_the_file(desk: Desk) -> None:
    home, [elder] = make_home(desk.county.grid, "裘阿婆")
    make_visit(home, desk.county.actor(GRID_WORKER))
    desk.county.actor(VILLAGE_SECRETARY)
    clerk = desk.as_(VILLAGE_CLERK)
    for name in ("desk:dossier", "desk:dossier_edit", "desk:dossier_reads"):
        answer = clerk.get(file_of(home, name))
        assert answer.status_code == 403, name
        assert "说明理由破例查阅" in text(answer)
        assert "门口的路灯" not in text(answer)
        assert "no-store" in answer["Cache-Control"]
    assert clerk.get(reverse("desk:set_head", args=[home.id])).status_code == 403
    phone = clerk.get(reverse("mobile:subject", args=["resident", elder.id]))
    assert phone.status_code == 403
    assert "直接记走访" in text(phone)


def test_two_tabs_and_the_end_in_the_middle(desk: Desk) -> None:
    elder = make_resident(desk.county.grid)
    secretary = desk.county.actor(VILLAGE_SECRETARY)
    clerk, give = desk.as_(VILLAGE_CLERK), file_of(elder, "desk:break_glass")
    wrong = clerk.post(give, {"category": "other", "words": "看看他"})
    assert wrong.status_code == 400
    assert "看看他" in text(wrong)
    assert [clerk.post(give, REASON).status_code for _ in range(2)] == [302, 302]  # two tabs
    assert (
        BreakGlass.everything.count()
        == AccessNotice.objects.filter(person_id=secretary.person_id).count()
        == 1
    )
    edit = file_of(elder, "desk:dossier_edit")
    assert "破例查阅" in text(clerk.get(file_of(elder)))
    assert clerk.get(edit).status_code == 200
    with clock.fixed(clock.now() + timedelta(minutes=31)):
        late = clerk.post(
            edit, {"version": "1", "name": "裘阿婆", "presence": "here", "occupation": "种香榧"}
        )
        assert late.status_code == 403
        assert "种香榧" in text(late)  # so that it can be copied
        assert clerk.get(file_of(elder)).status_code == 403


# Role: own village, neighbouring village, other town: status without work there, and after a reason was given.
MATRIX = {
    GRID_WORKER: ("200", "404", "404"),
    VILLAGE_CLERK: ("403 200", "404", "404"),
    VILLAGE_SECRETARY: ("403 200", "404", "404"),
    TOWN_DISPATCHER: ("403 200", "403 200", "404"),
    AUDITOR: ("403 403",) * 3,
    SECURITY_ADMINISTRATOR: ("403 403",) * 3,
}


@pytest.mark.parametrize("role", MATRIX, ids=lambda one: one.key)
def test_whose_file_opens_to_whom(desk: Desk, role) -> None:
    county = desk.county
    for above in (VILLAGE_SECRETARY, TOWN_DISPATCHER, SECURITY_ADMINISTRATOR, AUDITOR):
        county.actor(above)
    client, found = desk.as_(role), []
    for area in (county.grid, county.neighbour_grid, county.far_grid):
        who = make_resident(area)
        seen = [client.get(file_of(who)).status_code]
        if seen[0] == 403:
            client.post(file_of(who, "desk:break_glass"), REASON)
            seen.append(client.get(file_of(who)).status_code)
        found.append(" ".join(map(str, seen)))
    assert tuple(found) == MATRIX[role]


def test_the_superior_judges_on_a_page_without_the_name(desk: Desk) -> None:
    elder = make_resident(desk.county.grid, "裘桂香")
    secretary = desk.as_(VILLAGE_SECRETARY)
    clerk = desk.as_(VILLAGE_CLERK)
    clerk.post(file_of(elder, "desk:break_glass"), REASON)
    glass = BreakGlass.everything.get()
    assert "破例查阅了一份档案" in text(secretary.get(reverse("desk:home")))
    page = reverse("desk:access_review", args=[glass.id])
    shown = text(secretary.get(page))
    assert REASON["words"] in shown
    assert "裘桂香" not in shown
    assert clerk.get(page).status_code == 403
    assert desk.as_(TOWN_DISPATCHER).get(page).status_code == 404
    assert secretary.post(page, {"verdict": "justified", "words": ""}).status_code == 400
    assert secretary.post(page, {"verdict": "unjustified", "words": "没有这回事"}).status_code == 302
    assert secretary.post(page, {"verdict": "justified", "words": "改主意了吧"}).status_code == 409
    assert "没有正当理由" in text(clerk.get(reverse("desk:access")))
    assert clerk.post(reverse("desk:access_notices_read")).status_code == 302
    security = desk.as_(SECURITY_ADMINISTRATOR)
    assert security.get(reverse("desk:access_alarms")).status_code == 200
    assert clerk.get(reverse("desk:access_alarms")).status_code == 403


def test_a_whole_number_is_on_its_own_page_only(desk: Desk) -> None:
    values = ResidentInput(name="张桂香", phone=PHONE)
    who = add_resident(area_id=desk.county.grid.id, values=values, by=desk.county.actor(VILLAGE_CLERK), at=AT)
    worker = stepped_up(desk.as_(GRID_WORKER))
    file = text(worker.get(reverse("desk:dossier", args=["resident", who.id])))
    assert PHONE not in file
    assert "显示完整电话" in file
    assert "显示完整证件号" not in file  # there is none
    page = reverse("desk:number", args=["resident", who.id])
    assert PHONE not in text(worker.get(page, {"field": "phone"}))
    assert worker.get(page).status_code == 404
    given = {"field": "phone", "purpose": "call_back", "words": "通知领高龄津贴"}
    assert worker.post(page, given | {"words": ""}).status_code == 400
    shown = worker.post(page, given)
    assert f"tel:{PHONE}" in text(shown)
    assert 'data-vanish="60"' in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert PHONE not in text(shown).partition("</title>")[0]
    assert desk.as_(AUDITOR).post(page, given).status_code == 403
    asked = desk.as_(GRID_WORKER).post(page, given)  # without a fresh proof of who it is
    assert asked.status_code == 401
    assert PHONE not in text(asked)


def test_a_case_is_its_own_link(desk: Desk) -> None:
    who = make_resident(desk.county.grid)
    telephoned(desk.county.grid, subject=subject_ref("resident", who.id))
    assert "事项" in text(signed_in(desk.county.actor(TOWN_DISPATCHER)).get(file_of(who)))
