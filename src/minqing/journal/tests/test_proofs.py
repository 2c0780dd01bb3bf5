"""A proof stands on its own: checked without a database, broken by any change, quick on a large journal."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from minqing.accounts.tests.factories import AT
from minqing.journal.models import Leaf, Seal
from minqing.journal.proofs import Proof, check_proof, prove, prove_consistent
from minqing.journal.published import read_roots
from minqing.journal.rules import is_consistent
from minqing.journal.signing import Root, Unreadable, public_keys
from minqing.journal.tests.sealed import light, ring, seal_all, small_journal
from minqing.kernel.access import ANONYMOUS

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def test_every_sealed_entry_is_proven_to_a_stranger(roots: Path) -> None:
    small_journal(AT, seals=3)
    kept = [root for _, root in read_roots(sorted(roots.glob("*.jsonl")))]
    for leaf in Leaf.objects.all():
        proof = prove(leaf.id)
        assert proof is not None
        line = json.loads(json.dumps(proof.line()))
        holds, sentence = check_proof(line, keys=public_keys(), roots=kept)
        assert holds, sentence
        assert f"第 {leaf.position + 1} 条" in sentence
        assert check_proof(line)[0]
        assert "公钥取自证明本身" in check_proof(line)[1]


def test_a_proof_says_nothing_of_the_entry_but_when_and_of_what_sort(roots: Path) -> None:
    id_ = ring(AT + 7 * MINUTE, by=ANONYMOUS)
    light(AT)
    seal_all(AT + 61 * MINUTE)
    proof = prove(id_)
    assert proof is not None
    assert json.loads(proof.open_part) == [str(id_), int(AT.timestamp()) * 1_000_000, "test.bell_rung"]
    assert "张阿婆" not in json.dumps(proof.line(), ensure_ascii=False)
    assert "匿名" not in json.dumps(proof.line(), ensure_ascii=False)


def test_what_waits_for_its_seal_has_no_proof(roots: Path) -> None:
    id_ = light(AT)
    assert prove(id_) is None
    seal_all(AT + MINUTE)
    waits = light(AT)
    assert prove(waits) is None
    assert prove(id_) is not None


def test_any_change_breaks_it(roots: Path) -> None:
    small_journal(AT, seals=3)
    proof = prove(Leaf.objects.get(position=3).id)
    assert proof is not None
    whole = proof.line()
    other = Root.of_line(whole["root"] | {"size": 99, "because": "x"}).signed().line()
    changed = {
        "entry": whole["entry"].replace("test.", "best."),
        "rest": whole["rest"][:-2] + ("00" if whole["rest"][-2:] != "00" else "01"),
        "leaf": "00" * 32,
        "position": 4,
        "path": whole["path"][:-1],
        "root": other,
    }
    for name, value in changed.items():
        holds, sentence = check_proof(whole | {name: value}, keys=public_keys())
        assert not holds, name
        assert "不成立" in sentence
    assert not check_proof(whole, keys={9: b""})[0]
    assert not check_proof(whole, keys=public_keys(), roots=[Root.of_line(other)])[0]
    bad: Any
    for bad in (
        None,
        [],
        {},
        {"format": "x"},
        whole | {"entry": "{}"},
        whole | {"path": 3},
        {**whole, "root": {}},
    ):
        with pytest.raises(Unreadable, match="这不是一"):
            check_proof(bad)


def test_the_journal_of_any_seal_begins_with_that_of_every_earlier_one(roots: Path) -> None:
    small_journal(AT, seals=6)
    seals = list(Seal.objects.order_by("number"))
    for older in seals:
        for newer in seals:
            if 0 < older.size <= newer.size:
                path = prove_consistent(older.size, newer.size)
                assert is_consistent(older.size, newer.size, bytes(older.root), bytes(newer.root), path)


def test_a_proof_out_of_a_large_journal_is_quick(roots: Path) -> None:
    """With kept subtrees it reads some hundred rows; the benchmark measures it at a million."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (id, at, kind, subject_kind, subject_id, area_id, person_name,"
            " appointment_label, facts, detail_hash, is_read) SELECT uuidv7(), %s, 'test.lamp_lit', 'case',"
            " gen_random_uuid(), gen_random_uuid(), '', '', '{}', '', false FROM generate_series(1, 3000)",
            [AT],
        )
    seal_all(AT + MINUTE)
    ids = [Leaf.objects.get(position=place).id for place in (0, 2047, 2048, 2999)]
    began = time.thread_time()
    proofs = [prove(one) for one in ids]
    assert all(isinstance(one, Proof) and one.leads_to_root for one in proofs)
    assert (time.thread_time() - began) / len(ids) < 0.05
