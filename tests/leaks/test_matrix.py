"""Every address × every role × a record of one's own area, the next one and another town: who gets in, against a table.

``matrix.toml`` says it by hand and not from the code: for each address the roles that open it, by letter; where a
record is asked for, also from next door and from another town (nobody, unless it says so). Whoever is not named must be
turned away: 403 where the role may not, 404 where the record is somebody else's; never a page, never an error. From
next door and from another town each role asks for another record, and nothing that it is answered tells a secret of
the village or leaves an entry there; in the village itself no page shows anybody a whole number or a petition that is
not theirs. With this the canary's walk begins (``test_canary.py``), which asks with values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client

from minqing.accounts.tests.factories import stepped_up
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import ROLES
from tests.asking import Answer, ask
from tests.canary import Planted, told
from tests.fillings import Place, places
from tests.leaks.in_the_village import laid_open
from tests.strangers import client_of, strangers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

LETTERS: Final = {
    "G": "grid_worker", "C": "village_clerk", "S": "village_secretary", "D": "town_dispatcher", "H": "handler",
    "R": "reviewer", "F": "follow_up_caller", "K": "registrar", "A": "system_administrator",
    "B": "security_administrator", "T": "auditor", "L": "group_leader", "P": "town_secretary",
    "Y": "county_dispatcher", "U": "supervisor", "I": "petition_officer", "E": "express_officer",
    "V": "surveyor", "W": "discipline_officer",
}  # fmt: skip
WHERES: Final = ("own", "next door", "other town")
TURNED_AWAY: Final = frozenset({401, 403, 404})
CELLS_MIN: Final = 5_000
# What an address asks for besides its arguments.
ASKED_WITH: Final = {"desk:number": "?field=phone", "mobile:number": "?field=phone"}
CALLS: Final = {"desk:case_call", "mobile:call"}
TABLE: Final = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Cell:
    """One question: a role somewhere asks for an address in one way."""

    name: str
    letter: str
    where: str
    method: str

    @property
    def may(self) -> bool:
        row = TABLE[self.name]
        return self.letter in (row if isinstance(row, str) else row.get(self.where.replace(" ", "_"), ""))


def asked(client: Client, place: Place) -> Iterator[tuple[str, Answer]]:
    """Ask by GET, and by POST with nothing in it; a way that the address does not take is no question (405)."""
    for method in ("get", "post"):
        forget_counts()
        answer = ask(client, method, place.url + ASKED_WITH.get(place.address.name, ""))
        if answer.status != 405:
            yield method, answer


def first_places(planted: Planted, turn: int = 0) -> list[Place]:
    """Return every address that is not open to all, with one record; a case to call about is one of the hotline's."""
    called = next(one.id for name, one in planted.cases.items() if name.startswith("hotline."))
    found = [one for one in places(planted, each_max=1, turn=turn) if not one.address.is_public]
    return [Place(one.address, (("case_id", called),)) if one.address.name in CALLS else one for one in found]


@pytest.fixture(scope="module")
def clients(planted: Planted) -> dict[tuple[str, str], Client]:
    """A browser for every role at every place, all of them sure who sits there."""
    others = strangers(planted.here)
    return {
        (letter, where): stepped_up(
            client_of(planted.here.people[role] if where == "own" else others[f"{role} {where}"])
        )
        for letter, role in LETTERS.items()
        for where in WHERES
    }


def test_the_table_names_every_address_and_every_role(planted: Planted) -> None:
    assert set(LETTERS.values()) == set(ROLES)
    assert sorted({one.address.name for one in first_places(planted)} ^ set(TABLE)) == []


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("letter", list(LETTERS))
def test_who_gets_in_is_who_the_table_says(
    planted: Planted, clients: Any, letter: str, where: str, record_cells: Any
) -> None:
    client, wrong = clients[letter, where], []
    turn = 0 if where == "own" else list(LETTERS).index(letter) + len(LETTERS) * WHERES.index(where)
    for place in first_places(planted, turn):
        for method, answer in asked(client, place):
            cell = Cell(place.address.name, letter, where, method)
            record_cells(cell)
            got_in = answer.status not in TURNED_AWAY
            signs_out = cell.name == "accounts:sign_out"
            if answer.status >= 500 or answer.error or (answer.is_sign_in and not signs_out):
                wrong.append(f"{method} {cell.name}: {answer.status} {answer.error}")
            elif got_in != cell.may:
                wrong.append(
                    f"{method} {cell.name}: {answer.status}, the table says {'in' if cell.may else 'out'}"
                )
            if where == "own":
                open_ones = laid_open(planted, LETTERS[letter], place, answer)
                wrong += [f"{method} {place.url} tells {one}" for one in open_ones]
            else:
                wrong += [f"{method} {place.url} tells {one}" for one in told(planted, answer, place.url)]
                if answer.entries and place.is_one_record:
                    wrong.append(f"{method} {place.url}: {answer.entries} entries in the journal")
    assert not wrong, f"{LETTERS[letter]} ({where}):\n" + "\n".join(wrong)


@pytest.fixture(scope="module")
def record_cells() -> Iterator[Any]:
    """Collect the cells that were asked; a matrix that shrank proves nothing."""
    cells: set[Cell] = set()
    yield cells.add
    roles = {(one.letter, one.where) for one in cells}
    if len(roles) == len(LETTERS) * len(WHERES):  # all of it ran, not one test alone
        assert len(cells) >= CELLS_MIN, f"only {len(cells)} cells"
