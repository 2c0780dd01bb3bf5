"""How many statements a page takes: the same for ten rows and for a thousand, and no more than stands here.

Counted are the statements of the page itself: not transaction control, and not what every request asks first (the
session, the person, their appointments).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from minqing.accounts.tests.factories import everyone, small_county
from minqing.cases.public import load_topics
from minqing.kernel import clock
from minqing.registry.public import load_tag_kinds
from minqing.workflow.public import ensure_calendar
from tests.canary import NOW
from tests.not_the_page import NOT_THE_PAGE_S
from tests.pages.rows import Rows

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 1_000
MOST: Final = 12

# Page → who opens it, its address, and its statements. A list takes twelve at most; raise a number only with a reason.
# Of the registry one is the vault's, which holds the numbers under row-level security and is asked once for all rows;
# of the audit two say how far the journal is sealed and whether its last verification was sound; of the receipt one
# counts the address for all processes, in the same statement in which it looks for too many wrong codes.
PAGES: Final[dict[str, tuple[str, str, int]]] = {
    "desk home": ("village_clerk", "/desk/", 9),
    "queue": ("village_clerk", "/desk/cases/?view=all", 8),
    "queue, to do": ("village_clerk", "/desk/cases/", 8),
    "queue of the town, by words": ("town_dispatcher", "/desk/cases/?view=all&text=路灯", 8),
    "case": ("village_clerk", "/desk/cases/{case}/", 21),
    "preview": ("village_clerk", "/desk/cases/{case}/preview/", 5),
    "codes": ("village_clerk", "/desk/codes/", 5),
    "registry": ("village_clerk", "/desk/registry/", 10),
    "registry, by name": ("village_clerk", "/desk/registry/?q=裘阿婆", 10),
    "dossier": ("village_clerk", "/desk/registry/household/{household}/", 21),
    "who looked": ("village_clerk", "/desk/registry/household/{household}/reads/", 10),
    "diary of an area": ("village_clerk", "/desk/diary/", 10),
    "diary of an officer": ("village_clerk", "/desk/diary/officers/{worker}/", 9),
    "visit": ("village_clerk", "/desk/diary/visits/{visit}/", 8),
    "imports": ("village_clerk", "/desk/imports/", 2),
    "areas": ("system_administrator", "/desk/areas/", 7),
    "people": ("security_administrator", "/desk/people/", 4),
    "audit": ("auditor", "/desk/audit/", 8),
    "phone: today": ("grid_worker", "/m/", 9),
    "phone: diary": ("grid_worker", "/m/visits/", 8),
    "phone: pick": ("grid_worker", "/m/visits/pick/", 4),
    "phone: matters": ("grid_worker", "/m/matters/", 3),
    "phone: matter": ("grid_worker", "/m/matters/{case}/", 14),
    "phone: subject": ("grid_worker", "/m/subjects/household/{household}/", 21),
    "receipt": ("nobody", "/r/{receipt}/", 8),
    "interface: cases": ("village_clerk", "/api/v1/cases", 5),
}
# Put together from the parts of several domains, each of which asks for the calendar or an area's name by itself.
WHOLE_FILES: Final = {"case", "dossier", "phone: matter", "phone: subject", "receipt"}


@pytest.fixture(scope="module")
def counted(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[list[str], list[str]]]]:
    """The statements of every page, with few rows and with many."""
    with django_db_blocker.unblock(), clock.fixed(NOW), transaction.atomic():
        load_topics()
        load_tag_kinds()
        ensure_calendar(at=NOW)
        here = small_county()
        people = everyone(here)
        rows = Rows(here, people["grid_worker"])
        clients = {"nobody": Client()} | {key: _signed_in(here.people[key]) for key in people}
        few, many = {}, {}
        for to, found in ((FEW, few), (MANY, many)):
            rows.grow(to)
            for name, (who, address, _) in PAGES.items():
                found[name] = _statements(clients[who], address.format(**_ids(rows)))
        yield {name: (few[name], many[name]) for name in PAGES}
        transaction.set_rollback(True)


def _signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _ids(rows: Rows) -> dict[str, Any]:
    from minqing.cases.models import Case
    from minqing.diary.models import Visit

    case = Case.everything.order_by("number")[0]
    visit = Visit.everything.order_by("-visited_at")[0]
    ids = {"case": case.id, "receipt": case.receipt_code, "household": rows.household.id, "visit": visit.id}
    return ids | {"worker": rows.worker.person_id}


def _statements(client: Client, address: str) -> list[str]:
    with transaction.atomic():
        client.get(address)  # what a process keeps (the calendar, the county's name) is not the page's
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
            assert answer.status_code == 200, f"{address}: {answer.status_code}"
            if answer.streaming:
                list(answer.streaming_content)
        transaction.set_rollback(True)
    return [one["sql"] for one in captured.captured_queries if not NOT_THE_PAGE_S.search(one["sql"])]


@pytest.mark.parametrize("name", PAGES)
def test_statements_of_a_page(counted: dict[str, tuple[list[str], list[str]]], name: str) -> None:
    few, many = counted[name]
    most = PAGES[name][2]
    told = "\n".join(one[:260] for one in many)
    assert len(few) == len(many), f"{len(few)} with {FEW} rows, {len(many)} with {MANY}:\n{told}"
    assert most <= MOST or name in WHOLE_FILES
    assert len(many) <= most, f"{len(many)} statements, {most} allowed:\n{told}"


@pytest.mark.parametrize("name", [name for name in PAGES if name not in WHOLE_FILES])
def test_no_statement_of_a_list_is_sent_twice(
    counted: dict[str, tuple[list[str], list[str]]], name: str
) -> None:
    _, many = counted[name]
    reads = [one for one in many if one.startswith("SELECT")]
    twice = sorted({one[:300] for one in reads if reads.count(one) > 1})
    assert not twice, "\n".join(twice)
