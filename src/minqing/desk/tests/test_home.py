"""我的待办: numbers with their links, other appointments, notices, the empty face."""

from django.test import Client
from django.urls import reverse

from minqing.accounts.models import Person
from minqing.accounts.public import actor_of
from minqing.accounts.tests.factories import DAY, appoint, make_person
from minqing.desk.menu import GROUPS, MENU, entries_for, menu_of
from minqing.desk.tests.county import signed_in, telephoned
from minqing.kernel.roles import (
    AUDITOR,
    HANDLER,
    REGISTRAR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
)
from minqing.notices.models import Notice


def test_nothing_to_do_says_what_will_appear(desk):
    answer = desk.as_(TOWN_DISPATCHER).get(reverse("desk:home"))
    assert answer.status_code == 200
    assert "现在没有等您办的事" in answer.content.decode()


def test_every_number_leads_to_what_it_counts(desk):
    for _ in range(3):
        telephoned(desk.county.grid)
    client = desk.as_(TOWN_DISPATCHER)
    words = client.get(reverse("desk:home")).content.decode()
    assert "待签收" in words
    address = "/desk/cases/?view=todo&amp;state=hotline.received&amp;colour=green"
    assert address in words
    listed = client.get(address.replace("&amp;", "&"))
    assert listed.context["found"].total == 3


def test_who_has_no_appointment_is_told_whom_to_ask(desk):
    client = Client()
    client.force_login(make_person("nobody"))
    answer = client.get(reverse("desk:home"))
    assert answer.status_code == 403
    assert "安全管理员" in answer.content.decode()


def test_two_appointments_are_both_seen_and_the_other_is_one_tap_away(desk):
    telephoned(desk.county.far_grid)
    actor = desk.county.actor(TOWN_DISPATCHER)
    second = appoint(Person.objects.get(id=actor.person_id), TOWN_DISPATCHER, desk.county.other_town)
    client = signed_in(actor)
    words = client.get(reverse("desk:home")).content.decode()
    assert "其中 1 件要以“石璜镇调度员”的任职来办" in words
    client.post(reverse("accounts:act_as"), {"appointment": str(second.id), "next": "/desk/"})
    assert "石璜镇调度员”的任职来办" not in client.get(reverse("desk:home")).content.decode()


def test_notices_are_read_once(desk):
    actor = desk.county.actor(TOWN_DISPATCHER)
    case = telephoned(desk.county.grid)
    Notice.objects.create(
        person_id=actor.person_id, kind="cases.closed", subject_kind="case", subject_id=case.id,
        sentence="您登记的事项办结了", key="one", made_at=case.opened_at,
    )  # fmt: skip
    client = signed_in(actor)
    assert "1 条未读" in client.get(reverse("desk:home")).content.decode()
    client.post(reverse("desk:notices_read"))
    after = client.get(reverse("desk:home")).content.decode()
    assert "条未读" not in after
    assert "您登记的事项办结了" in after


def test_the_menu_shows_what_one_may_open(desk):
    def menu(role):
        return desk.as_(role).get(reverse("desk:home")).content.decode()

    assert reverse("desk:hotline") in menu(TOWN_DISPATCHER)
    assert reverse("desk:hotline") not in menu(HANDLER)
    assert reverse("desk:queue") in menu(HANDLER)
    assert reverse("desk:queue") not in menu(AUDITOR)
    assert reverse("desk:codes") in menu(REGISTRAR)
    system, security = menu(SYSTEM_ADMINISTRATOR), menu(SECURITY_ADMINISTRATOR)
    for name in ("queue", "registry", "diary", "codes", "imports", "audit"):
        assert reverse(f"desk:{name}") not in system + security
    assert reverse("desk:people_units") in system
    assert reverse("desk:people") in security


def test_a_narrow_menu_holds_what_a_wide_one_holds(desk):
    known = {entry.name for entry in MENU}
    assert {name for _, _, names in GROUPS for name in names} <= known
    actor = desk.county.actor(TOWN_DISPATCHER)
    menu = menu_of(entries_for(actor, "catalogue"))
    narrow = [*menu.first, *menu.rest, *(one for group in menu.groups for one in group.entries)]
    assert sorted(one.name for one in narrow) == sorted(one.name for one in entries_for(actor, ""))
    assert [one.label for one in menu.first] == ["待办", "事项", "登记"]
    assert menu.rest_current
    assert [one.label for one in menu.groups if one.current] == ["统筹"]


def test_an_appointment_that_ended_yesterday_opens_nothing(desk):
    case = telephoned(desk.county.grid)
    person = make_person("gone")
    appoint(person, TOWN_DISPATCHER, desk.county.town, ends_on=DAY.replace(day=19))
    assert actor_of(person, DAY).acting is None
    client = Client()
    client.force_login(person)
    assert client.get(reverse("desk:queue")).status_code == 403
    assert client.get(reverse("desk:case", args=[case.id])).status_code == 403
    assert desk.step(client, case, "sign", 1).status_code == 403
