"""A thousand ID numbers and phones come in by every way there is, and lie in clear nowhere: files of the database,
its write-ahead log and its own log, dumps, logs, caches, uploads, pages, exports, lists of errors, error pages.

One more number, put where it does not belong, is found in every one of these places: the search is able to find.
"""

from __future__ import annotations

import io
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from minqing.accounts.tests.factories import AT, stepped_up
from minqing.cases import public as cases
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import ROLES
from minqing.registry import public as registry
from minqing.registry import rules
from minqing.registry.models import Resident
from minqing.registry.public import SubjectRef
from minqing.registry.services import residents
from minqing.registry.tests.factories import make_enterprise
from tests.asking import ask
from tests.canary import NOW, NUMBERS, Planted, plant
from tests.canary_cases import CONTACT_PHONE
from tests.fillings import places
from tests.leaks.at_rest import FULL_WIDTH, Search, ServerFiles, look_at_caches, traces
from tests.strangers import client_of

# Of a region and a block of numbers that nobody has. What pages show of a number (6 and 2 of it, 3 and 4) is less.
ID_BEGINS: Final = "3399991951"
PHONE_BEGINS: Final = "19912344"
# The thousand and first, planted in clear on purpose.
DECOY: Final = "339998195210100017"
PLANTED: Final = 1_000
IMPORTED, BROUGHT_BADLY, STAGED, BY_HAND = 700, 100, 100, 100
PLACES: Final = (
    "database files", "write-ahead log", "dump", "server log", "logs", "caches", "uploads", "pages", "exports",
)  # fmt: skip
HEADER: Final = "所属网格,户编号,与户主关系,姓名,证件号,电话,住址\n"


def id_of(nth: int) -> str:
    body = f"{ID_BEGINS}{(date(1951, 1, 1) + timedelta(days=nth % 365)):%m%d}{nth // 365 * 2:03}"
    return body + rules.id_check_digit(body)


def phone_of(nth: int) -> str:
    return f"{PHONE_BEGINS}{nth:03}"


@dataclass
class Looked:
    """What was found where, of the planted and of the decoy; and who was planted."""

    planted: Planted
    search: Search = field(default_factory=lambda: Search([ID_BEGINS, PHONE_BEGINS, *NUMBERS, DECOY]))


@pytest.fixture(scope="module")
def looked(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Looked]:
    """Plant with real commits, walk the pages, look everywhere; in the end the owner clears the tables."""
    media, lines = django_settings.MEDIA_ROOT, io.StringIO()
    django_settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    level = root.level
    with django_db_blocker.unblock(), clock.fixed(NOW):
        server = ServerFiles()
        since, said_before = server.place(), server.log.stat().st_size
        connection.force_debug_cursor = True  # every statement goes to the logs, with its parameters
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            found = Looked(_plant())
            _decoy(found)
            _walk(found)
            _export(found)
            _unmask(found)
            server.look_at_log_ahead(found.search, since)  # first: a checkpoint takes old segments away
            server.look_at_files(found.search)
            server.look_at_dump(found.search)
            found.search.look_at_file("server log", server.log, start=said_before)
            look_at_caches(found.search)
            found.search.look_into("uploads", django_settings.MEDIA_ROOT)
            found.search.look("logs", lines.getvalue().encode())
            yield found
        finally:
            root.setLevel(level)
            root.removeHandler(handler)
            connection.force_debug_cursor = False
            cache.clear()
            call_command("flush", database="owner", interactive=False, verbosity=0)
    django_settings.MEDIA_ROOT = media


def _plant() -> Planted:
    planted = plant()
    by = planted.people["village_clerk"]

    def file(*numbers: int, bad: int = 0) -> SimpleUploadedFile:
        """A file of households of one; of the last ``bad`` the check digit or the phone is wrong."""
        lines = []
        for place, nth in enumerate(numbers, 1):
            number, phone = id_of(nth), phone_of(nth)
            if place > len(numbers) - bad:
                number, phone = (
                    (number[:-1] + "x0"[number[-1] in "xX"], phone) if nth % 2 else (number, phone + "0")
                )
            lines.append(
                f"举坑村第一网格,Z{nth},户主,裘阿{chr(0x4E00 + nth)},{number},{phone},柿树弄 {nth} 号\n"
            )
        return SimpleUploadedFile("名册.csv", (HEADER + "".join(lines)).encode())

    start = 0
    for count, bad in ((IMPORTED, 0), (BROUGHT_BADLY, BROUGHT_BADLY), (STAGED, 0)):
        batch = registry.stage_import(
            upload=file(*range(start, start + count), bad=bad), kind="residents", by=by, at=AT
        )
        if count == IMPORTED:
            registry.apply_import(batch_id=batch.id, by=by, at=AT)
        batch.refresh_from_db()
        planted.batches.append(batch)
        start += count
    assert planted.batches[-2].bad == BROUGHT_BADLY
    assert Resident.everything.filter(name__startswith="裘阿").count() >= IMPORTED
    for nth in range(start, start + BY_HAND):
        area = planted.here.grid
        if nth % 3 == 0:
            make_enterprise(area, f"柿树弄第 {nth} 厂", phone=phone_of(nth))
        elif nth % 3 == 1:
            said = registry.ResidentInput(name="裘手写", id_number=id_of(nth), phone=phone_of(nth))
            made = registry.add_resident(area_id=area.id, values=said, by=by, at=AT)
            again = registry.ResidentInput(name="裘手改", phone=phone_of(nth + 1))
            registry.edit_resident(resident_id=made.id, version=1, values=again, by=by, at=AT)
        elif nth % 15 == 2:
            contact = cases.ContactInput(name="裘热线", phone=phone_of(nth))
            report = cases.Report(
                id=uuid7(), source="officer", area_id=area.id, words="柿树弄的路灯不亮，请来看看。", procedure="prompt",
                contact=contact, topic_key="roads.light",
            )  # fmt: skip
            cases.open_case(report, by=planted.people["grid_worker"], at=AT)
    assert start + BY_HAND == PLANTED
    _collide(planted)
    return planted


def _collide(planted: Planted) -> None:
    """The same number twice, past our own question: PostgreSQL writes the statement that failed into its log."""
    said = registry.ResidentInput(name="裘相撞", id_number=id_of(0), phone=phone_of(0))
    row = residents.resident_row(area_id=planted.here.grid.id, values=said, by_name="测试", at=AT)
    with suppress(DatabaseError), transaction.atomic():
        row.save(force_insert=True)
    assert not Resident.everything.filter(id=row.id).exists()


def _decoy(found: Looked) -> None:
    """Put one number where numbers must not be: everywhere."""
    by = found.planted.people["village_clerk"]
    house = registry.HouseholdInput(address=f"枇杷弄 {DECOY} 号")
    registry.add_household(area_id=found.planted.here.grid.id, values=house, by=by, at=AT)
    logging.getLogger("minqing.decoy").debug("somebody logged %s", DECOY)
    cache.set("decoy", {"number": DECOY})
    (django_settings.MEDIA_ROOT / "list.csv").write_text(DECOY, "utf-16")
    with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT '{DECOY}'::uuid")


def _walk(found: Looked) -> None:
    """Open pages as everybody who may; what they may call back by is theirs to read on the page of its case."""
    planted = found.planted
    for role in sorted(ROLES):
        client, each = client_of(planted.here.people[role]), 2 if role == THOROUGH else 1
        for place in places(planted, each_max=each, turn=len(role)):
            capabilities = [lock.capability for lock in place.address.locks if lock.capability]
            if not any(ROLES[role] in one.held_by for one in capabilities):
                continue
            if each == 1 and not re.search("regist|import|export|duplicate", place.url):
                continue
            forget_counts()
            answer = ask(client, "get", place.url)
            read = answer.text.replace(CONTACT_PHONE, "").encode()
            found.search.look(
                "pages", answer.body if answer.body[:2] == b"PK" else read
            )  # a workbook is unpacked
    by = planted.people["village_clerk"]
    clerk = client_of(planted.here.people["village_clerk"])
    people = Resident.everything.filter(name__startswith="裘").order_by("-id")[:6]
    for one in people:
        ref = SubjectRef("resident", one.id)
        disclosure.break_glass(
            ref=ref, category="other", words="家里人来电话，说人不见了，请查住址。", by=by, at=NOW
        )
    urls = ["/desk/registry/?q=裘阿", "/desk/registry/?q=裘手改", "/desk/registry/?kind=enterprise&q=柿树弄",
            "/desk/registry/?kind=household&q=枇杷弄",
            *(f"/desk/registry/?q=裘阿&page={page}" for page in (2, 3)),
            *(f"/desk/registry/resident/{one.id}/{page}" for one in people for page in ("", "edit/"))]  # fmt: skip
    for url in urls:
        answer = ask(clerk, "get", url)
        assert answer.status == 200, f"{url}: {answer.status} {answer.error}"
        found.search.look("pages", answer.text.encode())


def _export(found: Looked) -> None:
    """Take the lists away as files, in every format."""
    client = stepped_up(client_of(found.planted.here.people["registrar"]))
    for kind, text in (("resident", "裘"), ("enterprise", "柿树弄"), ("household", "枇杷弄")):
        for form in registry.EXPORT_FORMATS:
            answer = client.post(
                "/desk/registry/export/", {"kind": kind, "text": text, "form": form, "area": "", "tag": ""}
            )
            assert answer.status_code == 200
            content = b"".join(answer) if answer.streaming else answer.content
            assert len(content) > (5_000 if kind == "resident" else 100)
            found.search.look("exports", content)


def _unmask(found: Looked) -> None:
    """The one way to a whole number: the act itself shows it, and nothing of it stays behind."""
    client = stepped_up(client_of(found.planted.here.people["village_clerk"]))
    who = Resident.everything.filter(name__startswith="裘阿").exclude(id_index=None).order_by("id")[0]
    glass = {"category": "other", "words": "家里人来电话，说人不见了，请查住址。"}
    by = found.planted.people["village_clerk"]
    disclosure.break_glass(ref=SubjectRef("resident", who.id), by=by, at=NOW, **glass)
    for number in registry.NUMBERS:
        url = f"/desk/registry/resident/{who.id}/number/"
        data = {"field": number, "purpose": "verify", "words": "本人在柜台办事"}
        answer = client.post(url, data)
        assert (ID_BEGINS if number == "id_number" else PHONE_BEGINS) in answer.content.decode()


THOROUGH: Final = "village_clerk"


@pytest.mark.parametrize("where", PLACES)
def test_none_of_the_planted_numbers_lies_in_clear(looked: Looked, where: str) -> None:
    assert looked.search.found.get(where, set()) - {DECOY} == set()


@pytest.mark.parametrize("where", PLACES)
def test_a_number_in_clear_would_have_been_found(looked: Looked, where: str) -> None:
    assert DECOY in looked.search.found.get(where, set())


def test_masked_numbers_of_the_planted_were_on_the_pages(looked: Looked) -> None:
    """The walk saw people who have numbers, not empty lists."""
    clerk = client_of(looked.planted.here.people["village_clerk"])
    shown = ask(clerk, "get", "/desk/registry/?q=裘阿").text
    assert len(re.findall(r"339999\*{12}", shown)) >= 20
    assert "199****" in shown


def test_the_numbers_are_really_there(looked: Looked) -> None:
    people = Resident.everything.filter(name__startswith="裘阿").exclude(id_index=None)
    held = registry.identities([one.id for one in people], looked.planted.people["village_clerk"])
    assert {one.id_number for one in held.values()} >= {id_of(nth) for nth in range(IMPORTED)}
    assert {one.phone for one in held.values()} >= {phone_of(nth) for nth in range(IMPORTED)}
    found = registry.find_exact(looked.planted.people["village_clerk"], id_of(7), today=NOW.date())
    assert [row.view.name for row in found] == ["裘阿" + chr(0x4E00 + 7)]


def test_an_error_page_tells_nothing(
    looked: Looked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that breaks with the numbers in its hands: neither the page nor the log has them."""
    from django.test import Client

    real = registry.identities

    def broken(*given: Any) -> Any:
        numbers = real(*given)
        assert any(one.id_number.startswith(ID_BEGINS) for one in numbers.values())
        raise RuntimeError("it broke here")

    monkeypatch.setattr("minqing.registry.queries.dossier.identities", broken)
    who = Resident.everything.filter(name__startswith="裘阿").exclude(id_index=None)[0]
    client: Client = client_of(looked.planted.here.people["village_clerk"])
    by = looked.planted.people["village_clerk"]
    ref = SubjectRef("resident", who.id)
    disclosure.break_glass(
        ref=ref, category="other", words="家里人来电话，说人不见了，请查住址。", by=by, at=NOW
    )
    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"/desk/registry/resident/{who.id}/")
    assert answer.status_code == 500
    told = Search([ID_BEGINS, PHONE_BEGINS])
    told.look("page", answer.content)
    told.look("log", caplog.text.encode())
    assert not told.found
    assert "it broke here" in caplog.text


DRESSES: Final[dict[str, Callable[[str], bytes]]] = {
    "plain": str.encode,
    "utf-16, little end first": lambda text: text.encode("utf-16-le"),
    "utf-16, big end first": lambda text: text.encode("utf-16-be"),
    "full width": lambda text: f"电话{text.translate(FULL_WIDTH)}。".encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    **{
        f"base64 after {n}": lambda text, n=n: b64encode(b"x" * n + text.encode() + b"yz")  # type: ignore[misc]
        for n in range(3)
    },
}


@pytest.mark.parametrize("dress", DRESSES)
def test_numbers_are_known_in_every_dress(dress: str) -> None:
    written = DRESSES[dress]
    search = Search([PHONE_BEGINS])
    search.look("here", b"\x00\xff" + written(phone_of(123)) + b"\xff")
    assert search.found == {"here": {PHONE_BEGINS}}
    other = Search([PHONE_BEGINS])
    other.look("here", b"\x00\xff" + written("13800000000") + b"\xff")
    assert not other.found
    assert len(traces(PHONE_BEGINS)) == 9
