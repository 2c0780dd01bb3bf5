"""Next door nobody sees anything: all strangers walk every address, filled with the records of one village."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client

from minqing.accounts.actor import AppointedActor
from minqing.areas.models import Area
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import ROLES
from tests.addresses import addresses
from tests.asking import Answer, ask
from tests.canary import NUMBERS, RESIDENT_PHONE, Planted, told
from tests.canary_cases import CANARY, SEALED_CANARY
from tests.fillings import ENTERED, Place, places, strange
from tests.leaks.in_the_village import laid_open
from tests.strangers import client_of, strangers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

# Open by their nature: the code in the address is the right to read, and a door's own page names the door.
BY_CODE: Final = {
    "portal:door": "whoever stands at the door reads which door it is",
    "portal:receipt": "the receipt is the reporter's own",
    "portal:words": "the receipt is the reporter's own",
    "portal:urge": "the receipt is the reporter's own",
    "portal:answer": "the receipt is the reporter's own",
    "portal:step": "the receipt is the reporter's own",
    "portal:photo": "the receipt is the reporter's own",
    "portal:proof": "the receipt is the reporter's own",
    "portal:proof_file": "the receipt is the reporter's own",
    "api:receipt": "the receipt is the reporter's own",
    "api:words": "the receipt is the reporter's own",
    "api:urge": "the receipt is the reporter's own",
    "api:answer": "the receipt is the reporter's own",
}
STRANGERS: Final = (
    "nobody",
    *(f"{key} next door" for key in ROLES),
    "handler of another unit of the county",
    "grid worker of the next grid",
    "clerk whose time is over",
    "dispatcher whose time has not come",
    "clerk who moved next door",
)
THOROUGH: Final = "village_clerk next door"
# Every role from next door and from another town asks for every page, and sends every form empty, in the matrix, which
# looks for the same secrets and entries (test_matrix.py). Here the neighbours ask with values, and the others for all.
IN_THE_MATRIX: Final = {f"{key} next door" for key in ROLES} - {THOROUGH}
REFUSED: Final = {400, 403, 404, 405}


@pytest.fixture(scope="module")
def clients(planted: Planted) -> dict[str, Client]:
    """A browser for every stranger, signed in."""
    found = {name: client_of(person) for name, person in strangers(planted.here).items()}
    assert set(found) == {*STRANGERS, *(f"{key} other town" for key in ROLES)}
    return found


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


def generous(planted: Planted) -> dict[str, Any]:
    """Return whatever a form or a filter may ask for, all of it of the village."""
    here = planted.here
    officer = planted.people["grid_worker"].person_id
    return {
        "area": here.grid.id, "where": here.village.id, "within": here.village.id, "to": here.far_grid.id,
        "subject": planted.household.id, "subject_id": planted.household.id, "subject_kind": "household",
        "resident": planted.resident.id, "household": planted.household.id, "found": planted.resident.id,
        "person": officer, "officer": officer, "unit": here.unit.id, "id": uuid4(), "visit_id": uuid4(),
        "kind": "household", "view": "all", "state": "handling", "procedure": "prompt", "scope": "all", "page": 1,
        "since": "2026-01-01", "until": "2027-01-01", "year": 2026, "words": "路灯坏了，请来看看。", "name": "某某",
        "reason": "核对过了", "leg": 1, "version": 1, "base_version": 1, "on": "2026-11-20", "role": "grid_worker",
        "relation": "head", "tag": "party_member", "starts_on": "2026-11-20", "ends_on": "2026-12-20",
        "text": "路灯", "met": "某某", "heard": "路灯坏了。", "done": "yes", "content": "content", "anonymous": "no",
        "address": "岭脚 1 号", "phone": "13900000000", "visited_at": "2026-11-20T09:00", "lon": "120.64",
        "lat": "29.70", "closed": "on", "presence": "here", "sex": "female", "topic": "roads.light", "reads": "1",
        "which": "household", "codes": here.grid.id, "group": "registry", "q": "", "result": "好了",
        "username": "somebody", "title": "某某",
    }  # fmt: skip


def test_no_address_is_left_out_of_the_walk() -> None:
    assert strange() == [], "new: enter them in tests/fillings.py, so that the canary walks them too"


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_sees_and_changes_nothing(planted: Planted, clients: dict[str, Client], who: str) -> None:
    """Every page is asked for, every form sent with values of the village.

    Whatever is changed anywhere writes an entry of the journal, so none may appear for a record of the village.
    """
    found = []
    client, given = clients[who], generous(planted)
    # All of them together meet every record with every address; one of them does so alone.
    each_max = 8 if who == THOROUGH else 1
    turn = STRANGERS.index(who)
    for number, place in enumerate(places(planted, each_max=each_max, turn=turn)):
        if place.address.name in BY_CODE or (place.address.is_public and who != "nobody"):
            continue
        may_enter = _may_enter(who, place)
        if not may_enter and (who in IN_THE_MATRIX or (number + turn) % 3):
            continue  # the lock is enough, and somebody else of those it keeps out tries this one
        asked = _questions(place, given, thorough=may_enter)
        for method, data in asked[1:] if who in IN_THE_MATRIX else asked:
            forget_counts()
            answer = ask(client, method, place.url, data)
            what = f"{method.upper()} {place.url}"
            found += _wrong(planted, place, answer, what, place.url + str(data or ""))
            if answer.entries and place.is_one_record:
                found.append(f"{what}: {answer.entries} entries in the journal")
    assert not found, "\n".join(found)


def _may_enter(who: str, place: Place) -> bool:
    """Tell whether somebody's role opens such pages at all; where it does not, one question is enough."""
    role = ROLES.get(who.partition(" ")[0])
    capabilities = [lock.capability for lock in place.address.locks if lock.capability]
    return not capabilities or role is None or any(role in one.held_by for one in capabilities)


def _questions(place: Place, given: dict[str, Any], *, thorough: bool) -> list[tuple[str, Any]]:
    prefix = dict(place.filling).get("step", "")
    form = given | {f"{prefix}-{name}": value for name, value in given.items()} if prefix else given
    asked: list[tuple[str, Any]] = [("get", None)]
    if thorough:
        asked.append(("post", form))
        if not place.is_one_record:
            asked.append(("get", given))
    return asked


def _wrong(planted: Planted, place: Place, answer: Answer, what: str, written: str) -> list[str]:
    if answer.error or answer.status >= 500:
        return [f"{what}: {answer.status} {answer.error}"]
    if tells := told(planted, answer, written):
        return [f"{what}: {answer.status} tells {sorted(tells)[:3]}"]
    if place.is_one_record and not (answer.is_sign_in or answer.status in REFUSED | {401}):
        return [f"{what}: {answer.status} instead of a refusal"]
    return []


def test_what_is_not_yours_looks_like_what_is_not_there(planted: Planted, clients: dict[str, Client]) -> None:
    client = clients["village_clerk next door"]
    found = []
    for place in places(planted, each_max=1):
        if not place.is_one_record:
            continue
        nothing = {name: uuid4() if name.endswith("_id") else value for name, value in place.filling}
        for method in ("get", "post"):
            theirs = ask(client, method, place.url)
            none = ask(client, method, place.address.filled(**nothing))
            if (theirs.status, _without_ids(theirs, place.filling)) != (
                none.status,
                _without_ids(none, nothing.items()),
            ):
                found.append(
                    f"{method} {place.url}: {theirs.status}, {none.status} for one that is not there"
                )
    assert not found, "\n".join(found)


def _without_ids(answer: Answer, filling: Any) -> str:
    """Return the page without what differs each time: the ids of the address, tokens, lengths."""
    text = answer.text
    for _, value in filling:
        text = text.replace(str(value), "…")
    kept = [
        line
        for line in text.splitlines()
        if "csrf" not in line and not line.startswith(("Content-Length", "Expires"))
    ]
    return "\n".join(line for line in kept if not line.startswith(("Last-Modified", "Set-Cookie", "Vary")))


def test_next_door_knows_its_own(planted: Planted, clients: dict[str, Client]) -> None:
    """The walk would find nothing if nobody could sign in: strangers do open their own pages, eight and more."""
    for who in ("village_clerk next door", "grid_worker other town", "handler next door"):
        own = (place for place in places(planted) if not place.filling)
        opened = (place for place in own if ask(clients[who], "get", place.url).status == 200)
        assert len(list(islice(opened, 8))) == 8, who


def test_the_canary_is_there_to_be_found(planted: Planted) -> None:
    """And in the village itself the walk does find it, on at least twelve kinds of pages that show a record."""
    clerk = client_of(planted.here.people["village_clerk"])
    with_page = {
        name for name, sort in ENTERED.items() if sort in ("case", "subject", "visit", "batch", "household")
    }
    shown: set[str] = set()
    for place in places(planted, each_max=3):
        if place.is_one_record and place.address.name in with_page - shown and len(shown) < 12:
            shown |= {place.address.name} if CANARY in ask(clerk, "get", place.url).text else set()
    assert len(shown) == 12, sorted(with_page - shown)


def test_the_walk_finds_a_hole(
    planted: Planted, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were areas to stop mattering, the walk would say so, on most pages of a record."""
    monkeypatch.setattr(
        AppointedActor, "visible_areas", lambda self, to: Area.objects.order_by().values("id")
    )
    client = clients["village_clerk next door"]
    found = [
        place.address.name
        for place in places(planted, each_max=1)
        if place.is_one_record and told(planted, ask(client, "get", place.url), place.url)
    ]
    assert len(found) >= 10, found


@pytest.mark.parametrize("role", sorted(ROLES))
def test_numbers_leave_masked_and_petitions_sealed_in_the_village_too(planted: Planted, role: str) -> None:
    """On the pages of records; on those without one the matrix looks for the same, asking for them all the same."""
    client = client_of(planted.here.people[role])
    found = []
    for place in places(planted, each_max=4 if role == "village_clerk" else 1, turn=len(role)):
        if place.address.name in BY_CODE or place.address.is_public or not _may_enter(role, place):
            continue
        if not place.filling:
            continue
        for method in ("get", "post") if role in ("village_clerk", "town_dispatcher") else ("get",):
            answer = ask(client, method, place.url)
            if answer.error or answer.status >= 500:
                found.append(f"{method} {place.url}: {answer.status} {answer.error}")
            found += [f"{method} {place.url} tells {one}" for one in laid_open(planted, role, place, answer)]
    assert not found, "\n".join(found)


def test_a_petition_is_nowhere_for_who_does_not_work_on_it(planted: Planted) -> None:
    """Every address of a case, asked for with a petition: to the village and its town it is not there."""
    found = []
    for role in ("village_secretary", "town_dispatcher"):
        client = client_of(planted.here.people[role])
        for address in (one for one in addresses() if ENTERED[one.name] in ("case", "step")):
            for case in planted.sealed:
                names = {"case_id": case.id, "step": "accept"}
                answer = ask(client, "get", address.filled(**{one: names[one] for one in address.arguments}))
                if answer.status not in REFUSED or answer.error or SEALED_CANARY in answer.text:
                    found.append(f"{role} GET {address.name}: {answer.status} {answer.error}")
    assert not found, "\n".join(found)


def test_receipts_and_doors_name_nobody(planted: Planted) -> None:
    """By code one reads one's own case; numbers and the names of a household are on none of these pages."""
    client = client_of(None)
    found = []
    for place in places(planted):
        if place.address.name in BY_CODE:
            forget_counts()
            answer = ask(client, "get", place.url)
            if answer.error or answer.status >= 500:
                found.append(f"{place.url}: {answer.status} {answer.error}")
            found += [
                f"{place.url}: {one}"
                for one in (*NUMBERS, f"{CANARY}婆", f"{CANARY}叔")
                if one in answer.text
            ]
    assert not found, "\n".join(found)


def test_sensitive_tags_are_for_those_at_the_door(planted: Planted) -> None:
    wanted = planted.tags[1].kind.seen_only_with
    assert wanted is not None
    label, why = planted.tags[1].kind.label, planted.tags[1].reason
    for role, one in ROLES.items():
        if one in wanted.held_by:
            continue
        client = client_of(planted.here.people[role])
        for place in places(planted, each_max=3):
            if ENTERED[place.address.name] in ("subject", "tag", "resident", "household"):
                answer = ask(client, "get", place.url)
                assert why not in answer.text, f"{role}: {place.url}"
                assert label not in answer.text or 'name="tag"' in answer.text, f"{role}: {place.url}"


def test_the_phone_of_a_resident_is_never_in_an_edit_form(planted: Planted) -> None:
    client = client_of(planted.here.people["village_clerk"])
    answer = ask(client, "get", f"/desk/registry/resident/{planted.resident.id}/edit/")
    assert answer.status == 200
    assert RESIDENT_PHONE not in answer.text
    assert "****" not in "".join(part.partition('"')[0] for part in answer.text.split('value="')[1:])
