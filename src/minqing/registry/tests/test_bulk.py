"""What is written by the hundred thousand is what one at a time would have written."""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.forms.models import model_to_dict

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.journal.public import Detail, Entry, detail_hash, record_alike, record_many
from minqing.kernel.access import ANONYMOUS, Hand
from minqing.kernel.ids import uuid7
from minqing.kernel.sealed import INDEX_BYTES, blind_index, indexer
from minqing.kernel.settings import settings
from minqing.registry import public as registry
from minqing.registry.events import SubjectAdded
from minqing.registry.services import import_helper, import_marks
from minqing.registry.tests.test_import import LATER
from minqing.registry.tests.test_import_large import GRID, families, stage

NAMES = ("裘阿公", 'O"Brien\\t', "制表\t换行\n", "a\u2028b", "")


def told(kind: str) -> list[dict[str, Any]]:
    found = []
    for entry in Entry.objects.filter(subject_kind=kind).order_by("id"):
        detail = Detail.objects.get(entry=entry)
        assert bytes(entry.detail_hash) == detail_hash(entry.facts, detail.personal, bytes(detail.salt))
        row = model_to_dict(entry, exclude=["id", "detail_hash", "subject_kind", "xact"])
        found.append({**row, "personal": detail.personal})
    return found


@pytest.mark.django_db
def test_entries_written_alike_are_those_written_one_by_one() -> None:
    by, batch, area = Hand(uuid7(), "钱网格", uuid7(), "网格员"), uuid7(), uuid7()
    ids = [uuid7() for _ in NAMES]
    record_many(
        (
            SubjectAdded(subject_kind="resident", subject_id=one, area_id=area, name=name, batch_id=batch),
            by,
            AT,
        )
        for one, name in zip(ids, NAMES, strict=True)
    )
    subjects = [one.bytes for one in ids], [area.bytes for _ in ids]
    written = record_alike(
        SubjectAdded, *subjects, ("name", NAMES), subject_kind="household", by=by, at=AT, batch_id=batch
    )
    assert written == len(NAMES)
    assert told("household") == told("resident")
    wrong: list[tuple[str, dict[str, Any], Hand]] = [
        ("label", {"batch_id": batch}, by),
        ("name", {}, by),
        ("name", {"batch_id": batch}, ANONYMOUS),
    ]
    for personal, facts, hand in wrong:
        with pytest.raises(TypeError):
            record_alike(
                SubjectAdded, *subjects, (personal, NAMES), subject_kind="place", by=hand, at=AT, **facts
            )


def test_blind_indexes_for_many_are_hmac() -> None:
    for value in ("", "330683195001020011", "裘" * 100):
        made = hmac.digest(settings().index_key(), f"registry phone\0{value}".encode(), hashlib.sha256)
        assert indexer("registry phone")(value) == made[:INDEX_BYTES] == blind_index(value, "registry phone")


def program(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Let the helper be a small program instead of the application."""
    real = subprocess.Popen

    def start(words: list[str], **more: Any) -> Any:
        return real([sys.executable, "-c", f"import sys\nsay=lambda t: print(t, flush=True)\n{body}"], **more)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(import_helper, "_kept", [])


def test_the_helper_is_kept_and_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    program(
        monkeypatch,
        "for line in sys.stdin:\n n, *rest = line.split(); say(n + ' began'); say(n + ' done')",
    )
    done: list[int] = []
    for turn in range(3):
        import_helper.with_helper(("a", "b"), partial(done.append, turn))
    assert done == [0, 1, 2]
    [kept] = import_helper._kept
    assert kept.is_alive
    kept.stop()
    import_helper.with_helper(("a", "b"), lambda: done.append(3))
    assert done == [0, 1, 2, 3]
    assert import_helper._kept[0] is not kept
    import_helper._kept[0].stop()


def test_a_helper_that_fails_fails_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    program(monkeypatch, "n = input().split()[0]; say(n + ' began'); input()")
    with pytest.raises(import_helper.HelperFailed):
        import_helper.with_helper(("a",), lambda: wait_for_began(import_helper._kept[0]))


def wait_for_began(helper: import_helper.Helper) -> None:
    with helper._news:
        assert helper._news.wait_for(lambda: "1" in helper._heard, 30)
    helper.ask("end")


def test_another_spreadsheet_does_not_wait_for_the_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_helper, "_kept", [])
    done = []
    with import_helper._mine() as is_mine:
        assert is_mine
        import_helper.with_helper(("a",), lambda: done.append(os.getpid()))
    assert done == [os.getpid()]
    assert not import_helper._kept


def test_marks_of_new_households_are_those_that_the_database_makes(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    rows = [
        (*row[:8], "13812345678" if n % 2 else "", row[9], "党员" if n == 4 else "")
        for n, row in enumerate(families(4))
    ]
    rows.append((GRID, "F9", "", "户主", "裘戊", "", "", "", "", "某处", ""))
    registry.apply_import(batch_id=stage(by, rows).id, by=by, at=LATER)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE m.state = {import_marks._STATE}) "
            "FROM import_mark m JOIN household h ON h.id = m.household_id"
        )
        assert cursor.fetchone() == (5, 5)
