"""Tokens leak no more than their appointment shows: every role at every place, and strangers at the village's cases."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client

from minqing.accounts.models import ApiToken, Appointment, Person
from minqing.accounts.public import OPEN311, OWN_SCOPES, Bearer, bearer_of, make_token
from minqing.accounts.queries import actor_of
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed
from minqing.kernel.limits import forget_counts
from tests.asking import ask
from tests.canary import NOW, Planted, told
from tests.fillings import places
from tests.leaks.test_matrix import LETTERS, TABLE, WHERES
from tests.strangers import client_of, strangers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

# What a token may read, beside the addresses where a session is enough.
READ: Final = ("api:cases", "api:case", "api:photo")
PUBLIC: Final = "open311:"


def secret_of(person: Person) -> str | None:
    """Return a token of a person that may do whatever there is; None for whoever holds no post today."""
    actor = actor_of(person, clock.local(NOW).date())
    try:
        made, secret = make_token(token_id=uuid4(), name="试探", scopes=OWN_SCOPES, days=3, by=actor, at=NOW)
    except NotAllowed:
        return None
    ApiToken.objects.filter(id=made.id).update(scopes=[*OWN_SCOPES, OPEN311])
    return secret


def caller(person: Person) -> Client | None:
    secret = secret_of(person)
    if secret is None:
        return None
    client = client_of(None)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def test_a_token_opens_what_its_appointment_does(planted: Planted) -> None:
    others, wrong, asked = strangers(planted.here), [], 0
    wanted = [one for one in places(planted, each_max=1) if one.address.name in READ]
    assert {one.address.name for one in wanted} == set(READ)
    for letter, role in LETTERS.items():
        for where in WHERES:
            client = caller(planted.here.people[role] if where == "own" else others[f"{role} {where}"])  # type: ignore[arg-type]
            assert client is not None
            for place in wanted:
                forget_counts()
                row = TABLE[place.address.name]
                may = letter in (row if isinstance(row, str) else row.get(where.replace(" ", "_"), ""))
                answer, asked = ask(client, "get", place.url), asked + 1
                if answer.error or (answer.status == 200) != may or answer.status not in (200, 403, 404):
                    wrong.append(f"{role} ({where}) {place.address.name}: {answer.status} {answer.error}")
    assert not wrong, "\n".join(wrong)
    assert asked == len(LETTERS) * len(WHERES) * len(READ)


def test_a_strangers_token_sees_and_changes_nothing_of_the_village(planted: Planted) -> None:
    found = []
    form: dict[str, Any] = {"leg": 1, "values": {"unit": str(planted.here.unit.id), "result": "好了"}}
    for who, person in strangers(planted.here).items():
        client = caller(person) if person is not None else client_of(None)
        if client is None:
            continue
        for place in places(planted, each_max=4):
            name = place.address.name
            if not name.startswith(("api:", PUBLIC)) or name in (
                "api:receipt",
                "api:words",
                "api:urge",
                "api:answer",
            ):
                continue  # by the receipt's code one reads one's own
            for method, data in (("get", None), ("post", json.dumps(form))):
                forget_counts()
                extra = {"content_type": "application/json"} if method == "post" else {}
                answer = ask(client, method, place.url, data, **extra)
                secrets = told(planted, answer, place.url)
                what = f"{who}: {method.upper()} {place.url}: {answer.status}"
                if answer.error or answer.status >= 500:
                    found.append(f"{what} {answer.error}")
                if secrets:
                    found.append(f"{what} tells {sorted(secrets)[:3]}")
                if answer.entries:
                    found.append(f"{what} wrote {answer.entries} entries")
    assert not found, "\n".join(found)


def test_the_walk_would_find_a_token_that_sees_too_much(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = caller(planted.here.people["village_clerk"])
    assert clerk is not None
    case = next(one for one in places(planted, each_max=1) if one.address.name == "api:case")
    assert any(one in ask(clerk, "get", case.url).text for one in planted.secrets)


def test_a_token_has_no_other_appointment_of_its_person(planted: Planted) -> None:
    person = planted.here.people["village_clerk"]
    secret = secret_of(person)
    assert secret is not None
    bearer = bearer_of(secret, at=NOW)
    assert isinstance(bearer, Bearer)
    assert Appointment.objects.filter(person=person).exists()
    assert len(bearer.actor.appointments) == 1
