"""Five hundred random tamperings by a superuser of the database: all found, and the first entry concerned is named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from minqing.accounts.tests.factories import AT
from minqing.journal.events import detail_hash
from minqing.journal.findings import Finding
from minqing.journal.models import Entry, Leaf, Seal
from minqing.journal.signing import public_keys
from minqing.journal.tests.forging import forge_tree, weave_in
from minqing.journal.tests.sealed import small_journal, superuser
from minqing.journal.verification import Report, published_in, verify
from minqing.journal.verified_details import DetailsOf
from minqing.kernel.settings import settings

pytestmark = pytest.mark.django_db(transaction=True)
TIMES: Final = 500
Db = psycopg.Connection[Any]


@dataclass(frozen=True)
class Wanted:
    """What the first finding must be."""

    kind: str
    position: int | None = None
    entry_id: UUID | None = None
    words: str = ""


@dataclass
class Journal:
    """The journal under test, as it was sealed."""

    ids: list[UUID]
    sizes: list[int]
    dice: random.Random

    def some(self, *, from_: int = 0) -> int:
        return self.dice.randrange(from_, len(self.ids))

    def wanted(self, kind: str, position: int) -> Wanted:
        return Wanted(kind, position, self.ids[position], f"第 {position + 1} 条")


VALUES: Final[dict[str, Callable[[], Any]]] = {
    "xact": lambda: "3",
    "at": lambda: AT.replace(second=7),
    "kind": lambda: "test.something_else",
    "subject_kind": lambda: "case",
    "subject_id": uuid4,
    "area_id": uuid4,
    "person_id": uuid4,
    "person_name": lambda: "别人",
    "appointment_id": uuid4,
    "appointment_label": lambda: "另一任职",
    "facts": lambda: json.dumps({"times": 99, "watts": 99}),
    "detail_hash": lambda: bytes(32),
    "is_read": lambda: True,
}


def edited(db: Db, here: Journal) -> Wanted:
    position, column = here.some(), here.dice.choice(list(VALUES))
    db.execute(
        f"UPDATE journal_entry SET {column} = %s WHERE id = %s", [VALUES[column](), here.ids[position]]
    )
    return here.wanted("edited", position)


def edited_twice(db: Db, here: Journal) -> Wanted:
    return min(edited(db, here), edited(db, here), key=lambda one: one.position or 0)


def edited_and_forged(db: Db, here: Journal) -> Wanted:
    wanted = edited(db, here)
    forge_tree(db)
    return wanted


def another_id(db: Db, here: Journal) -> Wanted:
    position = here.some()
    db.execute("UPDATE journal_entry SET id = %s WHERE id = %s", [uuid4(), here.ids[position]])
    return here.wanted("removed", position)


def contents_swapped(db: Db, here: Journal) -> Wanted:
    one, other = sorted(here.dice.sample(range(len(here.ids)), 2))
    between = uuid4()
    first, second = here.ids[one], here.ids[other]
    for old, new in ((first, between), (second, first), (between, second)):
        db.execute("UPDATE journal_entry SET id = %s WHERE id = %s", [new, old])
    return here.wanted("edited", one)


def removed(db: Db, here: Journal) -> Wanted:
    position = here.some()
    db.execute("DELETE FROM journal_entry WHERE id = %s", [here.ids[position]])
    return here.wanted("removed", position)


def removed_and_forged(db: Db, here: Journal) -> Wanted:
    position = here.dice.randrange(len(here.ids) - 1)
    for table, column in (("journal_detail", "entry_id"), ("journal_entry", "id"), ("journal_leaf", "id")):
        db.execute(f"DELETE FROM {table} WHERE {column} = %s", [here.ids[position]])
    forge_tree(db)
    return here.wanted("removed", position)


def put_in(db: Db, here: Journal) -> Wanted:
    id_ = weave_in(db, like=here.ids[here.some()])
    return Wanted("inserted", None, id_)


def put_in_nameless(db: Db, here: Journal) -> Wanted:
    nameless = [one for one in here.ids if one.version == 4]
    return Wanted("inserted", None, weave_in(db, like=here.dice.choice(nameless), id_=uuid4()))


def put_in_and_forged(db: Db, here: Journal) -> Wanted:
    position = here.some()
    id_ = weave_in(db, like=here.ids[position], position=position)
    forge_tree(db)
    return Wanted("inserted", position, id_, f"第 {position + 1} 条")


def reordered(db: Db, here: Journal) -> Wanted:
    one, other = sorted(here.dice.sample(range(len(here.ids)), 2))
    for position, id_ in ((-1, here.ids[one]), (one, here.ids[other]), (other, here.ids[one])):
        db.execute("UPDATE journal_leaf SET position = %s WHERE id = %s", [position, id_])
    if here.dice.random() < 0.5:
        forge_tree(db)
    return here.wanted("reordered", one)


def cut_back(db: Db, here: Journal) -> Wanted:
    position = here.some(from_=1)
    gone = here.ids[position:]
    for table, column in (("journal_detail", "entry_id"), ("journal_entry", "id"), ("journal_leaf", "id")):
        db.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [gone])
    db.execute("DELETE FROM journal_seal WHERE size > %s", [position])
    if here.dice.random() < 0.5:
        forge_tree(db)
    return here.wanted("cut", position)


def leaf_changed(db: Db, here: Journal) -> Wanted:
    position = here.some()
    how = here.dice.choice(["SET hash = sha256(hash)", "SET id = gen_random_uuid()", ""])
    verb = f"UPDATE journal_leaf {how}" if how else "DELETE FROM journal_leaf"
    db.execute(f"{verb} WHERE id = %s", [here.ids[position]])
    return here.wanted("leaf", position)


def subtree_changed(db: Db, here: Journal) -> Wanted:
    db.execute("INSERT INTO journal_node (id, level, index, hash) VALUES (%s, 8, 0, '')", [uuid4()])
    return Wanted("node", 0)


SEALS: Final = {
    "number": "1000", "at": "at + interval '1 minute'", "size": "size + 1", "root": "sha256(root)",
    "previous": "sha256(previous)", "peaks": "sha256(peaks)", "horizon": "horizon + 1", "swept": "NOT swept",
    "key_id": "9", "signature": "sha256(signature)",
}  # fmt: skip


def seal_changed(db: Db, here: Journal) -> Wanted:
    number, column = here.dice.randrange(len(here.sizes)), here.dice.choice(list(SEALS))
    db.execute(f"UPDATE journal_seal SET {column} = {SEALS[column]} WHERE number = %s", [number])
    return Wanted("seal", words="封存")


def seal_removed(db: Db, here: Journal) -> Wanted:
    db.execute("DELETE FROM journal_seal WHERE number >= %s", [here.dice.randrange(len(here.sizes))])
    return Wanted("seal", words="少了最后")


def detail_changed(db: Db, here: Journal) -> Wanted:
    with_detail = [row[0] for row in db.execute("SELECT entry_id FROM journal_detail")]
    position = here.dice.choice([number for number, id_ in enumerate(here.ids) if id_ in set(with_detail)])
    how = here.dice.choice(
        ['SET personal = \'{"who": "别人"}\'', "SET salt = sha256(salt)", "SET personal = '{}'", ""]
    )
    verb = f"UPDATE journal_detail {how}" if how else "DELETE FROM journal_detail"
    db.execute(f"{verb} WHERE entry_id = %s", [here.ids[position]])
    return here.wanted("detail", position)


TAMPERINGS: Final = (
    edited, edited, edited_twice, edited_and_forged, edited_and_forged, another_id, contents_swapped, removed,
    removed_and_forged, put_in, put_in_nameless, put_in_and_forged, reordered, cut_back, leaf_changed, subtree_changed,
    seal_changed, seal_removed, detail_changed,
)  # fmt: skip


def checked(db: Db, roots: Path, *, with_leaves: bool = True) -> Report:
    files, leaves = published_in(roots)
    return verify(
        db, files=files, leaves=leaves if with_leaves else None, keys=public_keys(), county=settings().county
    )


def test_five_hundred_tamperings_are_all_found_and_rightly_named(roots: Path) -> None:
    small_journal(AT, seals=5, each=8)
    here = Journal(
        list(Leaf.objects.order_by("position").values_list("id", flat=True)),
        list(Seal.objects.order_by("number").values_list("size", flat=True)),
        random.Random(20261122),
    )
    assert len(here.ids) >= 35
    with superuser() as db:
        assert checked(db, roots).findings == []
        for number in range(TIMES):
            tampering = TAMPERINGS[number % len(TAMPERINGS)]
            db.execute("SAVEPOINT untouched")
            wanted = tampering(db, here)
            _is_first(checked(db, roots).findings, wanted, f"{number} {tampering.__name__}")
            db.execute("ROLLBACK TO untouched")
        assert checked(db, roots).findings == []


def _is_first(findings: list[Finding], wanted: Wanted, what: str) -> None:
    assert findings, f"{what} was not found: {wanted}"
    first = findings[0]
    found = (first.kind, first.position if wanted.position is not None else None, first.entry_id)
    assert found == (wanted.kind, wanted.position, wanted.entry_id), (
        f"{what}: {[one.sentence for one in findings]}"
    )
    assert wanted.words in first.sentence, f"{what}: {first.sentence}"
    if wanted.entry_id is not None:
        assert str(wanted.entry_id) in first.sentence


def test_roots_alone_convict_too_and_say_between_which_entries(roots: Path) -> None:
    """A stranger holds nothing but the lines that were public; everything in the database was rewritten."""
    small_journal(AT, seals=4)
    ids = list(Leaf.objects.order_by("position").values_list("id", flat=True))
    sizes = list(Seal.objects.order_by("number").values_list("size", flat=True))
    with superuser() as db:
        assert checked(db, roots, with_leaves=False).is_sound
        db.execute("UPDATE journal_entry SET person_name = '别人' WHERE id = %s", [ids[5]])
        assert checked(db, roots, with_leaves=False).findings[0].entry_id == ids[5]
        forge_tree(db)
        first = checked(db, roots, with_leaves=False).findings[0]
        assert (first.kind, first.position) == ("between", max(one for one in sizes if one <= 5))


def test_what_is_published_may_be_damaged_too(roots: Path) -> None:
    small_journal(AT, seals=3)
    with superuser() as db:
        whole = (roots / "leaves.bin").read_bytes()
        (roots / "leaves.bin").write_bytes(whole[:100] + b"\0" + whole[101:])
        assert [one.kind for one in checked(db, roots).findings] == ["published"]
        (roots / "leaves.bin").write_bytes(whole[:96])
        assert [one.position for one in checked(db, roots).findings] == [2]
        (roots / "leaves.bin").write_bytes(whole)
        file = roots / "2026-11.jsonl"
        lines = file.read_text()
        file.write_text(lines.replace('"key": 1', '"key": 2', 1))
        assert "签名不对" in checked(db, roots).findings[0].sentence
        file.write_text("{}\n" + lines)
        assert "读不出来" in checked(db, roots).findings[0].sentence


def test_erasure_as_the_law_asks_is_no_tampering(roots: Path) -> None:
    small_journal(AT, seals=2)
    with superuser() as db:
        db.execute("UPDATE journal_detail SET personal = '{}', salt = ''")
        report = checked(db, roots)
    assert report.is_sound
    assert report.details == report.erased > 0
    assert "已依法删除" in report.sentence()


def test_every_column_of_an_entry_is_under_the_seal() -> None:
    assert {*VALUES, "id"} == {one.column for one in Entry._meta.concrete_fields}
    assert {*SEALS, "id"} == {one.column for one in Seal._meta.concrete_fields}


@settings_of(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(), st.lists, max_leaves=5
)), st.binary(max_size=16))  # fmt: skip
def test_details_are_hashed_as_they_were_when_written(facts: dict[str, Any], salt: bytes) -> None:
    details = DetailsOf()
    personal = {"who": "张阿婆"}
    wanted = detail_hash(facts, personal, salt)
    details.check(0, bytes(16), json.dumps(facts), json.dumps(personal), wanted, salt)
    assert details.first is None
    details.check(7, bytes(16), json.dumps(facts), json.dumps({"who": "别人"}), wanted, salt)
    assert details.first is not None
