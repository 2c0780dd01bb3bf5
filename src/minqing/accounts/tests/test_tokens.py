"""Tokens: whose they are, what they may, when they end; and that nobody but their owner ever sees one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.models import ApiToken, Appointment, Person, SecurityNotice
from minqing.accounts.public import (
    CASES_READ,
    CASES_STEP,
    OPEN311,
    bearer_of,
    make_token,
    open_system_token,
    own_tokens,
    revoke_token,
    system_tokens,
    take_token,
)
from minqing.accounts.tests.factories import AT, SmallCounty, appoint, small_county
from minqing.accounts.token_rules import LIVE_MAX, OWN_DAYS_MAX, SYSTEM_DAYS_MAX, TAKEN_WITHIN, TOUCH_AFTER
from minqing.journal.models import Entry
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import SECURITY_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def make(here: SmallCounty, **changes: Any) -> tuple[ApiToken, str]:
    given: Any = {"token_id": uuid7(), "name": "每日汇总", "scopes": [CASES_READ], "days": 30} | changes
    return make_token(**given, by=here.actor(TOWN_DISPATCHER), at=AT)


def open_one(here: SmallCounty, **changes: Any) -> ApiToken:
    here.actor(TOWN_DISPATCHER)
    held = Appointment.objects.get(person=here.people["town_dispatcher"])
    given: Any = {
        "token_id": uuid7(),
        "name": "随手拍",
        "scopes": [OPEN311],
        "days": 365,
        "appointment_id": held.id,
    }
    return open_system_token(**given | changes, by=here.actor(SECURITY_ADMINISTRATOR), at=AT)


def test_a_token_acts_in_one_appointment_and_says_so(here):
    appoint(here.actor(TOWN_DISPATCHER) and here.people["town_dispatcher"], VILLAGE_CLERK, here.far_village)
    made, secret = make(here, scopes=[CASES_STEP, CASES_READ])
    bearer = bearer_of(secret, at=AT)
    assert bearer is not None
    assert bearer.scopes == {CASES_READ, CASES_STEP}
    assert [one.area_id for one in bearer.actor.appointments] == [here.town.id]
    assert bearer.actor.hand.person_name == here.people["town_dispatcher"].name
    assert bearer.actor.hand.appointment_label == "谷来镇调度员（接口“每日汇总”）"
    bearer.require(CASES_READ)
    with pytest.raises(NotAllowed, match="代群众提交"):
        bearer.require(OPEN311)
    assert made.scopes == [CASES_READ, CASES_STEP]


def test_only_the_hash_is_kept(here):
    made, secret = make(here)
    row = ApiToken.objects.get(id=made.id)
    assert bytes(row.key_hash or b"") not in (b"", secret.encode())
    assert secret.startswith(row.hint)
    kept = " ".join(str(value) for one in ApiToken.objects.values() for value in one.values())
    assert secret not in kept
    said = [one.facts for one in Entry.objects.all()]
    assert secret not in str(said)


def test_wrong_secrets_are_nobody(here):
    _, secret = make(here)
    for wrong in ("", "mq_", secret[:-1], secret + "x", secret.upper(), "mq_" + "x" * 5_000, "路灯", "\x00"):
        assert bearer_of(wrong, at=AT) is None


def test_it_ends_with_its_day_its_appointment_and_its_account(here):
    _, secret = make(here)
    assert bearer_of(secret, at=AT + timedelta(days=30) - timedelta(seconds=1)) is not None
    assert bearer_of(secret, at=AT + timedelta(days=30)) is None
    held = Appointment.objects.get(person=here.people["town_dispatcher"])
    held.ends_on = AT.date() - timedelta(days=1)
    held.save()
    assert bearer_of(secret, at=AT) is None
    assert own_tokens(held.person_id, at=AT)[0].state_words == "任职已结束，失效"
    held.ends_on = None
    held.save()
    assert bearer_of(secret, at=AT) is not None
    Person.objects.filter(id=held.person_id).update(is_active=False)
    assert bearer_of(secret, at=AT) is None


def test_its_owner_or_the_administrator_revokes_it_at_once(here):
    first, secret = make(here)
    revoke_token(token_id=first.id, by=here.actor(TOWN_DISPATCHER), at=AT)
    assert bearer_of(secret, at=AT) is None
    second, other = make(here)
    with pytest.raises(NotThere):
        revoke_token(token_id=second.id, by=here.actor(VILLAGE_CLERK), at=AT)
    revoke_token(token_id=second.id, by=here.actor(SECURITY_ADMINISTRATOR), at=AT)
    revoke_token(token_id=second.id, by=here.actor(SECURITY_ADMINISTRATOR), at=AT)
    assert bearer_of(other, at=AT) is None
    assert Entry.objects.filter(kind="accounts.token_revoked").count() == 2


def test_a_form_sent_twice_makes_one(here):
    made, _ = make(here)
    with pytest.raises(Conflict, match="显示过一次"):
        make(here, token_id=made.id)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": [OPEN311]}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": OWN_DAYS_MAX + 1}, "days"),
    ],
)
def test_what_a_token_may_not_be(here, changes, field):
    with pytest.raises(Refused) as refused:
        make(here, **changes)
    assert refused.value.field == field
    assert refused.value.message.endswith("。")


def test_nobody_holds_more_than_a_handful(here):
    for _ in range(LIVE_MAX):
        make(here)
    with pytest.raises(Refused, match="最多"):
        make(here)
    revoke_token(token_id=ApiToken.objects.all()[0].id, by=here.actor(TOWN_DISPATCHER), at=AT)
    make(here)


def test_being_used_is_written_down_once_a_minute(here, django_assert_num_queries):
    made, secret = make(here)
    with django_assert_num_queries(2):
        bearer_of(secret, at=AT)
    with django_assert_num_queries(1):
        bearer_of(secret, at=AT + TOUCH_AFTER / 2)
    bearer_of(secret, at=AT + TOUCH_AFTER)
    made.refresh_from_db()
    assert made.used_at == AT + TOUCH_AFTER


def test_a_systems_token_is_opened_by_one_and_fetched_by_another(here):
    opened = open_one(here)
    assert opened.key_hash is None
    official = here.actor(TOWN_DISPATCHER)
    assert "随手拍" in SecurityNotice.objects.get(person=official.person_id).sentence
    assert own_tokens(official.person_id, at=AT)[0].may_be_taken
    with pytest.raises(NotThere):
        take_token(token_id=opened.id, by=here.actor(SECURITY_ADMINISTRATOR), at=AT)
    _, secret = take_token(token_id=opened.id, by=official, at=AT)
    with pytest.raises(Conflict):
        take_token(token_id=opened.id, by=official, at=AT)
    bearer = bearer_of(secret, at=AT)
    assert bearer is not None
    assert bearer.is_system
    assert [one.state_words for one in system_tokens(at=AT)] == ["有效"]
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"accounts.token_opened", "accounts.token_taken"} <= kinds


def test_what_nobody_fetches_lapses(here):
    opened = open_one(here)
    late = AT + TAKEN_WITHIN + timedelta(seconds=1)
    assert system_tokens(at=late)[0].state_words == "没有领取，已失效"
    with pytest.raises(Refused, match="重新开通"):
        take_token(token_id=opened.id, by=here.actor(TOWN_DISPATCHER), at=late)


def test_who_may_open_one_for_a_system(here):
    held = Appointment.objects.get(person=here.actor(TOWN_DISPATCHER).person_id)
    with pytest.raises(NotAllowed):
        open_system_token(
            token_id=uuid7(), appointment_id=held.id, name="某系统", scopes=[CASES_READ], days=30,
            by=here.actor(VILLAGE_CLERK), at=AT,
        )  # fmt: skip
    own = Appointment.objects.get(person=here.actor(SECURITY_ADMINISTRATOR).person_id)
    with pytest.raises(Refused, match="另一位"):
        open_one(here, appointment_id=own.id)
    with pytest.raises(Refused, match="另选"):
        open_one(here, appointment_id=uuid7())
    with pytest.raises(Refused) as refused:
        open_one(here, days=SYSTEM_DAYS_MAX + 1)
    assert refused.value.field == "days"
