"""Sealing: what is committed late is not missed, what is nameless tells no minute, what is published stays."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from minqing.accounts.tests.factories import AT
from minqing.journal import sealing
from minqing.journal.models import Entry, Leaf, Node, Seal
from minqing.journal.published import LEAF_BYTES, Folder
from minqing.journal.rules import Frontier, is_included, root_of
from minqing.journal.signing import Root, public_keys
from minqing.journal.tests.sealed import light, next_xact, ring, seal_all, small_journal
from minqing.kernel.access import ANONYMOUS
from minqing.kernel.settings import settings

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def order() -> list[Any]:
    return list(Leaf.objects.order_by("position").values_list("id", flat=True))


def test_a_root_is_over_all_entries_signed_and_published(roots: Path) -> None:
    first = [ring(AT), light(AT)]
    one = seal_all(AT + MINUTE)
    second = [light(AT + MINUTE)]
    two = seal_all(AT + 2 * MINUTE)
    assert seal_all(AT + 3 * MINUTE) is None, "nothing happened in that minute"
    assert order() == first + second
    assert one is not None
    assert two is not None
    leaves = [bytes(leaf) for leaf in Leaf.objects.order_by("position").values_list("hash", flat=True)]
    assert (one.size, bytes(one.root)) == (2, root_of(leaves[:2]))
    assert (two.size, bytes(two.root), bytes(two.previous)) == (3, root_of(leaves), bytes(one.root))
    lines = [json.loads(line) for line in (roots / "2026-11.jsonl").read_text().splitlines()]
    assert [(line["number"], line["size"]) for line in lines] == [(0, 2), (1, 3)]
    assert all(Root.of_line(line).is_signed(public_keys()) for line in lines)
    assert not Root.of_line(lines[0] | {"size": 3}).is_signed(public_keys())
    assert (roots / "leaves.bin").stat().st_size == 3 * LEAF_BYTES


def test_a_seal_is_made_every_hour_though_nothing_happened(roots: Path) -> None:
    light(AT)
    seal_all(AT + MINUTE)
    assert seal_all(AT + 40 * MINUTE) is None
    again = seal_all(AT + 60 * MINUTE)
    assert again is not None
    assert (again.number, again.size) == (1, 1)


def test_a_late_commit_is_not_missed(roots: Path) -> None:
    """The slow writer began before the quick one and commits after the seal."""
    began, may_commit, ids = threading.Event(), threading.Event(), []

    def slow_writer() -> None:
        with transaction.atomic():
            ids.append(light(AT, watts=11))
            began.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert began.wait(10)
    quick = light(AT, watts=12)
    sealing.seal(at=AT + MINUTE)
    assert order() == []
    may_commit.set()
    writer.join()
    seal_all(AT + 2 * MINUTE)
    assert order() == [*ids, quick]


def test_nameless_entries_wait_for_the_hour_and_are_shuffled(roots: Path) -> None:
    nameless = [ring(AT + minute * MINUTE, by=ANONYMOUS) for minute in range(8)]
    named = [light(AT)]
    seal_all(AT + 10 * MINUTE)
    late = ring(AT + 15 * MINUTE, by=ANONYMOUS)
    named.append(light(AT + 20 * MINUTE))
    seal_all(AT + 30 * MINUTE)
    assert order() == named
    just_now = ring(AT + 60 * MINUTE, by=ANONYMOUS)
    swept = seal_all(AT + 61 * MINUTE)
    assert swept is not None
    assert swept.swept
    assert order() == named + sorted([*nameless, late])
    # Committed after the sweep of its hour: alone in a seal of its own it would tell its minute.
    straggler = ring(AT + 59 * MINUTE, by=ANONYMOUS)
    assert seal_all(AT + 62 * MINUTE) is None
    seal_all(AT + 121 * MINUTE)
    assert order()[-2:] == sorted([just_now, straggler])


def test_what_a_crash_kept_from_being_published_is_published_next(
    roots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(AT)
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "publish", lambda folders: None)
        seal_all(AT + MINUTE)
    light(AT)
    seal_all(AT + 2 * MINUTE)
    folder = Folder(roots)
    assert folder.count() == 2
    # Half a line and half a leaf, as a power cut leaves them, and a second folder that was away until now.
    with (roots / "2026-11.jsonl").open("ab") as file:
        file.write(b'{"county": "3306')
    with folder.leaves.open("ab") as file:
        file.write(b"half")
    monkeypatch.setenv("MINQING_ROOTS", f"{roots},{tmp_path / 'elsewhere'}")
    settings.cache_clear()
    light(AT)
    seal_all(AT + 3 * MINUTE)
    for place in (roots, tmp_path / "elsewhere"):
        lines = (place / "2026-11.jsonl").read_text().splitlines()
        assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]
        assert Folder(place).count() == 3
    assert folder.leaves.read_bytes() == (tmp_path / "elsewhere" / "leaves.bin").read_bytes()


@pytest.mark.parametrize(
    ("column", "value"), [("root", bytes(32)), ("peaks", bytes(32)), ("horizon", 1 << 40)]
)
def test_sealing_does_not_go_on_from_what_was_tampered_with(roots: Path, column: str, value: Any) -> None:
    small_journal(AT, seals=2, each=4)
    assert Seal.objects.latest("number").size == 6
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"UPDATE journal_seal SET {column} = %s WHERE number = 1", [value])
    with pytest.raises(sealing.SealingStopped, match="改动过"):
        seal_all(AT + 30 * MINUTE)


def test_sealing_stops_at_a_journal_older_than_what_is_published_until_somebody_says_why(
    roots: Path,
) -> None:
    small_journal(AT, seals=2)
    line = json.loads((roots / "2026-11.jsonl").read_text().splitlines()[-1])
    ahead = Root.of_line(line | {"number": 7, "size": 99}).signed()
    Folder(roots).add_roots([ahead])
    Folder(roots).add_leaves((bytes(16), bytes(32)) for _ in range(91))
    with pytest.raises(sealing.SealingStopped, match="resume"):
        seal_all(AT + 30 * MINUTE)
    said = sealing.resume(because="机房断电，从昨晚的备份恢复", at=AT + 31 * MINUTE)
    assert said.is_signed(public_keys())
    light(AT + 31 * MINUTE)
    seal_all(AT + 32 * MINUTE)
    assert Folder(roots).count() == Seal.objects.latest("number").size
    assert len(list(roots.glob("leaves-*.bin"))) == 1


def test_without_a_key_nothing_is_sealed(roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "seal_key", "")  # whatever this machine's own file says
    light(AT)
    with pytest.raises(RuntimeError, match="MINQING_SEAL_KEY"):
        seal_all(AT + MINUTE)
    assert not Leaf.objects.exists()


def test_a_smaller_counter_is_named(roots: Path) -> None:
    light(AT)
    seal_all(AT + MINUTE)
    with pytest.raises(sealing.SealingStopped, match="事务号"):
        sealing.seal(at=AT + 2 * MINUTE, horizon=next_xact() - 1000)


def test_a_large_journal_keeps_its_subtrees(roots: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (id, at, kind, subject_kind, subject_id, area_id, person_name,"
            " appointment_label, facts, detail_hash, is_read) SELECT uuidv7(), %s, 'test.lamp_lit', 'case',"
            " gen_random_uuid(), gen_random_uuid(), '', '', '{}', '', false FROM generate_series(1, 700)",
            [AT],
        )
    made = seal_all(AT + MINUTE)
    assert made is not None
    assert list(Node.objects.order_by("index").values_list("level", "index")) == [(8, 0), (8, 1)]
    assert Frontier.of(made.size, bytes(made.peaks)).root() == bytes(made.root)
    assert not is_included(b"", 0, 700, [], bytes(made.root))


def test_how_things_stand(roots: Path) -> None:
    assert sealing.seal_state(at=AT).alarms == ()
    light(AT)
    assert sealing.seal_state(at=AT + 9 * MINUTE).alarms == ()
    assert "11 分钟没有封存" in sealing.seal_state(at=AT + 11 * MINUTE).alarms[0]
    seal_all(AT + 12 * MINUTE)
    assert sealing.seal_state(at=AT + 20 * MINUTE).alarms == ()
    assert "没有封存" in sealing.seal_state(at=AT + 90 * MINUTE).alarms[0]
    assert "没有核验" in sealing.seal_state(at=AT + timedelta(days=2)).alarms[1]


def test_keys_are_numbered_and_old_ones_still_verify(roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    light(AT)
    old = seal_all(AT + MINUTE)
    held = settings().seal_key
    monkeypatch.setenv("MINQING_SEAL_KEY", f"{held},2:{b64encode(bytes(32)).decode()}")
    settings.cache_clear()
    light(AT)
    new = seal_all(AT + 2 * MINUTE)
    assert old is not None
    assert new is not None
    assert (old.key_id, new.key_id) == (1, 2)
    for one in (old, new):
        assert sealing.root_of_seal(one).is_signed(public_keys())
    assert not sealing.root_of_seal(new).is_signed({1: public_keys()[1]})
    assert Entry.objects.count() == 2
