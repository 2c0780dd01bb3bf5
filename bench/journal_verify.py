"""`python -m bench journal-verify`: a million entries verified, beside reading and hashing the same rows bare.

The ratio is the time of a plain SELECT of every entry with SHA-256 over each row, by the time of the whole verification
(leaf, tree, seals, subtrees, personal details). Beside it are told: how long sealing took, how long one inclusion proof
takes, and how much memory the verification added.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from django.db import connection, connections

from bench.county import empty_county
from bench.outcome import Outcome
from minqing.config.screen import say

ENTRIES: Final = 1_000_000
# Beside the hash of a row: a leaf, the tree, the detail. Low, since other work weighs unevenly on the two measures.
RATIO_FLOOR: Final = 0.25
SECONDS_MAX: Final = 60.0
PROOF_SECONDS_MAX: Final = 0.05
MEMORY_MB_MAX: Final = 120.0
_FILL: Final = """
INSERT INTO journal_entry (id, at, kind, subject_kind, subject_id, area_id, person_id, person_name, appointment_id,
                           appointment_label, facts, detail_hash, is_read)
SELECT uuidv7(interval '-1 year' + n * interval '20 seconds'), now() - interval '1 year' + n * interval '20 seconds',
       'bench.noted', 'case', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '裘小满', gen_random_uuid(),
       '谷来镇举坑村第一网格网格员', jsonb_build_object('step', 'sign', 'state', 'assigned', 'minutes', n),
       CASE WHEN n %% 2 = 0
            THEN sha256('\\x00112233445566778899aabbccddeeff' || convert_to('[{"minutes":' || n ||
                        ',"state":"assigned","step":"sign"},{"words":"门前的路灯坏了"}]', 'UTF8'))
            ELSE sha256(convert_to('[{"minutes":' || n || ',"state":"assigned","step":"sign"},{}]', 'UTF8')) END,
       false
FROM generate_series(%s, %s) AS n
"""
_DETAILS: Final = """
INSERT INTO journal_detail (id, entry_id, personal, salt)
SELECT uuidv7(), id, '{"words": "门前的路灯坏了"}', '\\x00112233445566778899aabbccddeeff'
FROM journal_entry WHERE (facts->>'minutes')::int %% 2 = 0 AND (facts->>'minutes')::int BETWEEN %s AND %s
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--entries", type=int, default=ENTRIES, help="多少条记录，默认一百万")
    parser.add_argument("--seals", type=int, default=20, help="分多少次封存")


def run(options: argparse.Namespace) -> Outcome:
    """Fill, seal, verify, compare."""
    with empty_county():
        sealing = _filled_and_sealed(options.entries, options.seals)
        plain = min(_plain() for _ in range(2))
        seconds, memory = _verified()
        proof = _proof()
    say(f"  封存 {options.entries:,} 条用 {sealing:.1f} 秒（写叶、树、签名、公布）")
    say(f"  只读出并逐行 SHA-256：{plain:.1f} 秒；全部核验：{seconds:.1f} 秒，多用内存 {memory:.0f} MB")
    say(f"  取一条的证明：{proof * 1000:.1f} 毫秒")
    errors = sum(
        (
            seconds > SECONDS_MAX,
            proof > PROOF_SECONDS_MAX,
            memory > MEMORY_MB_MAX,
        )  # each a promise of its own
    )
    return Outcome(seconds, "s", plain / seconds, RATIO_FLOOR, errors)


def _filled_and_sealed(entries: int, seals: int) -> float:
    from minqing.journal.public import seal
    from minqing.kernel import clock

    step, took = -(-entries // seals), 0.0
    for start in range(1, entries + 1, step):
        span = [start, min(entries, start + step - 1)]
        with connections["owner"].cursor() as cursor:
            cursor.execute(_FILL, span)
            cursor.execute(_DETAILS, span)
        began = time.perf_counter()
        seal(at=clock.now())
        took += time.perf_counter() - began
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE journal_entry, journal_leaf, journal_detail")
    return took


def _plain() -> float:
    """Read every column of every entry as text through a cursor, and hash each row."""
    raw: Any = connection.connection
    began = time.perf_counter()
    with raw.transaction(), raw.cursor(name="plain", binary=True) as cursor:
        cursor.execute("SELECT convert_to(e::text, 'UTF8') FROM journal_entry e")
        while batch := cursor.fetchmany(5000):
            for (row,) in batch:
                hashlib.sha256(row).digest()
    return time.perf_counter() - began


def _verified() -> tuple[float, float]:
    """Verify in a process of its own, as ``minqing journal verify`` does; return seconds and megabytes added."""
    program = "from bench.journal_verify import verify_here; verify_here()"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def verify_here() -> None:
    """Verify once and print seconds and megabytes; fail when anything is found."""
    from minqing.config.local import database_at_hand

    with database_at_hand(lambda sentence: None):
        from minqing.journal.public import verify_journal

        connection.ensure_connection()
        before = _memory()
        report = verify_journal()
        assert report.is_sound, report.sentence()
        print(report.seconds, _memory() - before)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _proof() -> float:
    from minqing.journal.public import prove

    took = []
    for id_ in _some_ids():
        began = time.perf_counter()
        made = prove(id_)
        took.append(time.perf_counter() - began)
        assert made is not None
        assert made.leads_to_root
    return statistics.quantiles(took, n=20)[-1]  # p95


def _some_ids() -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM journal_leaf WHERE mod(position, 9973) = 0 ORDER BY position")
        yield from [row[0] for row in cursor.fetchall()]
