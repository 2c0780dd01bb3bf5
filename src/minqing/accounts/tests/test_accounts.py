"""Promises of accounts: rights come from current appointments alone, and guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from minqing.accounts.models import Person, SignInDelay
from minqing.accounts.public import (
    MANAGE_PEOPLE,
    actor_of,
    add_person,
    answerable,
    appoint,
    check_name_and_password,
    end_appointment,
    forget_old_failures,
    role_at,
    units_for,
)
from minqing.accounts.tests import factories
from minqing.accounts.tests.factories import AT, DAY, PASSWORD, make_person, small_county
from minqing.areas.public import MANAGE_AREAS, Area
from minqing.cases.public import SEE_CASES
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, Refused, TooMany
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

pytestmark = pytest.mark.django_db


def enter(username: str = "qiu", password: str = PASSWORD, address: str = "10.0.0.1", at=AT):
    return check_name_and_password(username=username, password=password, address=address, at=at)


def test_five_wrong_passwords_are_looked_at_the_sixth_must_wait():
    small_county()
    make_person("qiu", password=PASSWORD)
    for _ in range(5):
        with pytest.raises(Refused, match="用户名或密码不对"):
            enter(password="wrong")
    with pytest.raises(TooMany, match="秒后再试"):
        enter()
    assert enter(at=AT + timedelta(minutes=16)).username == "qiu"


def test_an_unknown_name_is_refused_with_the_same_words_and_slowed_down_too():
    small_county()
    for _ in range(5):
        with pytest.raises(Refused, match="用户名或密码不对"):
            enter(username="nobody")
    with pytest.raises(TooMany):
        enter(username="nobody")


def test_one_address_guessing_many_names_is_slowed_down():
    small_county()
    for number in range(30):
        with pytest.raises(Refused):
            enter(username=f"name{number}")
    with pytest.raises(TooMany):
        enter(username="name99")
    assert all(b"10.0.0.1" not in bytes(one.key) for one in SignInDelay.objects.all())
    assert forget_old_failures(AT + timedelta(days=2)) == 31


def test_demonstration_accounts_sign_in_only_in_a_demonstration():
    small_county(demonstration=False)
    Person.objects.filter(id=make_person("qiu", password=PASSWORD).id).update(is_demonstration=True)
    with pytest.raises(Refused, match="用户名或密码不对"):
        enter()


def test_two_appointments_are_seen_together_and_acted_in_one_at_a_time():
    here = small_county()
    person = make_person("two")
    first = factories.appoint(person, GRID_WORKER, here.grid)
    second = factories.appoint(person, VILLAGE_CLERK, here.far_village)
    actor = actor_of(person, DAY)
    assert actor.acting is not None
    assert actor.acting.id == first.id
    seen = set(Area.objects.filter(id__in=actor.visible_areas(SEE_CASES)).values_list("name", flat=True))
    assert seen == {"举坑村第一网格", "1号微网格", "楼家村", "楼家村第一网格"}
    assert actor.may(SEE_CASES, here.grid.path)
    assert not actor.may(SEE_CASES, here.far_grid.path)
    other = actor_of(person, DAY, second.id)
    assert other.may(SEE_CASES, here.far_grid.path)
    assert other.hand.appointment_label == "楼家村受理员"


def test_a_role_with_its_place_says_the_level_once():
    assert role_at("马村村", VILLAGE_CLERK.label) == "马村村受理员"
    assert role_at("东圃社区", VILLAGE_SECRETARY.label) == "东圃社区书记"
    assert role_at("谷来镇", TOWN_DISPATCHER.label) == "谷来镇调度员"
    assert role_at("谷来镇综合执法队", HANDLER.label) == "谷来镇综合执法队承办人"
    assert role_at("嵊州市", SYSTEM_ADMINISTRATOR.label) == "嵊州市系统管理员"


def test_a_dispatcher_is_appointed_at_a_town_and_never_over_the_county():
    here = small_county()
    person, by = make_person("wide"), here.actor(SECURITY_ADMINISTRATOR)

    def give(area: Area) -> None:
        appoint(
            person_id=person.id, role=TOWN_DISPATCHER, area_id=area.id, unit_id=None,
            starts_on=DAY, ends_on=None, by=by, at=AT,
        )  # fmt: skip

    with pytest.raises(Refused, match="不能任在这一级"):
        give(here.county)
    give(here.town)
    assert actor_of(person, DAY).hand.appointment_label == "谷来镇调度员"


def test_an_ended_appointment_gives_nothing_from_the_next_day_on():
    here = small_county()
    administrator = here.actor(SECURITY_ADMINISTRATOR)
    person = make_person("gone")
    held = factories.appoint(person, GRID_WORKER, here.grid)
    end_appointment(appointment_id=held.id, ends_on=DAY, reason="调离", by=administrator, at=AT)
    assert actor_of(person, DAY).acting is not None
    after = actor_of(person, DAY + timedelta(days=1))
    assert after.acting is None
    assert not Area.objects.filter(id__in=after.visible_areas(SEE_CASES)).exists()
    with pytest.raises(NotAllowed, match="没有有效的任职"):
        after.require(MANAGE_PEOPLE)
    with pytest.raises(Refused, match="已经结束"):
        end_appointment(appointment_id=held.id, ends_on=DAY, reason="又一次", by=administrator, at=AT)


def test_roles_sit_where_they_belong():
    here = small_county()
    administrator = here.actor(SECURITY_ADMINISTRATOR)
    person = add_person(
        username="new", name="新人", password="long-and-odd-passphrase", by=administrator, at=AT
    )
    for role, area, unit, words in (
        (GRID_WORKER, here.town, None, "不能任在这一级"),
        (HANDLER, here.town, None, "要属于一个单位"),
        (HANDLER, here.town, here.far_unit, "不在所选辖区"),
    ):
        with pytest.raises(Refused, match=words):
            appoint(
                person_id=person.id, role=role, area_id=area.id, unit_id=unit.id if unit else None,
                starts_on=DAY, by=administrator, at=AT,
            )  # fmt: skip
    made = appoint(
        person_id=person.id, role=GRID_WORKER, area_id=here.grid.id, starts_on=DAY, by=administrator, at=AT
    )
    assert made.label == "举坑村第一网格网格员"
    with pytest.raises(Refused, match="已经担任"):
        appoint(
            person_id=person.id,
            role=GRID_WORKER,
            area_id=here.grid.id,
            starts_on=DAY,
            by=administrator,
            at=AT,
        )


def test_weak_passwords_and_taken_names_are_refused():
    here = small_county()
    administrator = here.actor(SECURITY_ADMINISTRATOR)
    for password in ("12345678901", "short"):
        with pytest.raises(Refused):
            add_person(username="weak", name="弱", password=password, by=administrator, at=AT)
    make_person("taken")
    with pytest.raises(Refused, match="已经有人用了"):
        add_person(username="TAKEN", name="重名", password="long-and-odd-passphrase", by=administrator, at=AT)
    with pytest.raises(NotAllowed):
        add_person(
            username="x", name="x", password="long-and-odd-passphrase", by=here.actor(VILLAGE_CLERK), at=AT
        )


def test_the_answerable_are_those_at_the_nearest_area_upwards():
    here = small_county()
    here.actor(VILLAGE_CLERK)
    here.actor(TOWN_DISPATCHER)
    [clerk, dispatcher] = answerable([VILLAGE_CLERK, TOWN_DISPATCHER], here.micro_grid, on=DAY)
    assert (clerk.place, dispatcher.place) == ("举坑村", "谷来镇")
    assert answerable([VILLAGE_CLERK], here.far_grid, on=DAY) == []
    names = [one.name for one in units_for(here.grid)]
    assert names == ["举坑村村民委员会", "谷来镇综合执法队", "嵊州市水利水电局"]


def test_signing_in_by_the_page_and_what_a_stranger_may_open():
    here = small_county()
    person = make_person("page", password=PASSWORD)
    factories.appoint(person, SYSTEM_ADMINISTRATOR, here.county)
    browser = Client()
    with clock.fixed(AT):
        refused = browser.post("/sign-in/", {"username": "page", "password": "wrong"})
        assert refused.status_code == 400
        assert "用户名或密码不对" in refused.content.decode()
        assert browser.post("/sign-in/", {"username": "page"}).status_code == 400
        assert browser.post("/sign-in/", {"username": "p" * 500, "password": "x" * 9999}).status_code == 400
        entered = browser.post(
            "/sign-in/?next=https://evil.example/", {"username": "page", "password": PASSWORD}
        )
        assert (entered.status_code, entered["Location"]) == (302, "/")
        assert browser.get("/password/").status_code == 200
        out = browser.post("/sign-out/")
        assert "storage" in out["Clear-Site-Data"]
        assert browser.get("/password/").status_code == 302


def test_capabilities_of_areas_belong_to_the_administrator():
    here = small_county()
    assert here.actor(SYSTEM_ADMINISTRATOR).may(MANAGE_AREAS, here.grid.path)
    assert not here.actor(TOWN_DISPATCHER).may(MANAGE_AREAS)
