"""`python -m bench rotate`: seal a county's vault anew with a new key, against an UPDATE of the same rows by noise.

A vault of as many residents as asked for is made in a database server of its own. Then `minqing keys rotate` seals it
anew while somebody goes on reading files; a read that fails is an error, and so is a box left behind. Beside it, in the
same run, before and after: as many rows of a table of the same shape, in batches of the same size, written over with
random bytes of the same lengths, which is what the database alone costs. The ratio is that plain UPDATE (the quicker of
the two) over the rotation: 1 would mean that reading, opening and sealing cost nothing.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from bench.county import seeded_county
from bench.outcome import Outcome
from minqing.config.screen import say, step
from minqing.kernel.settings import settings

ROWS: Final = 71_000
FLOOR: Final = 0.25
SECONDS_AIM: Final = 120.0  # for the 710,000 of a whole county
PLACED: Final = 10_000  # residents in one statement while the vault is filled
BOX_BYTES: Final = (30 + 18, 30 + 11)  # of an ID number and a phone, sealed
READ: Final = 30  # as many as a page of a list shows
_PUT_RESIDENTS: Final = """
INSERT INTO resident (id, area_id, name, name_initials, sex, occupation, presence, away_at, origin, address_note,
    how_gone, closed_because, version, changed_at, changed_by_name, id_index, phone_index)
SELECT id, area_id, '轮换', 'lh', '', '', 'here', '', '', '', '', '', 1, now(), '测试', decode(md5(id::text), 'hex'),
    decode(md5(area_id::text), 'hex') FROM unnest(%s::uuid[], %s::uuid[]) AS given (id, area_id)
"""
_NOISE: Final = """
UPDATE resident_identity_twin SET id_number = anew.id_number, phone = anew.phone
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS anew (id, id_number, phone)
WHERE resident_id = anew.id AND resident_id BETWEEN %s AND %s
"""


@dataclass
class Reads:
    """What somebody beside the rotation read."""

    done: int = 0
    failures: list[BaseException] = field(default_factory=list)


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--rows", type=int, default=ROWS, help=f"居民人数，默认 {ROWS}；全县为 710000")


def run(options: argparse.Namespace) -> Outcome:
    """Measure, and say the figures."""
    with seeded_county("small"):
        from minqing.config.commands.keys import held, rotate
        from minqing.kernel.resealing import sealed_tables
        from minqing.kernel.sealed import newest

        vault = [one for one in sealed_tables() if one.name == "resident_identity"]
        with step(f"正在装入 {options.rows:,} 名居民的证件号和电话"):
            ids = _fill(options.rows)
        _twin()
        before = _timed(lambda: _noise(ids))
        _add_key()
        with _somebody_reading(ids) as reads:
            rotation = _timed(lambda: rotate(vault))
        left = sum(
            1 for one in held() for made in one.boxes if one.table in vault and made != tuple(newest())
        )
        plain = min(before, _timed(lambda: _noise(ids)))
        per_county = rotation * 710_000 / options.rows
        say(
            f"轮换 {options.rows:,} 行用了 {rotation:.1f} 秒，每秒 {options.rows / rotation:,.0f} 行"
            f"（71 万行约 {per_county:.0f} 秒，目标 {SECONDS_AIM:.0f} 秒以内）；"
            f"同样多的行改写成随机字节用了 {plain:.1f} 秒；"
            f"其间另有 {reads.done:,} 次读取，失败 {len(reads.failures)} 次"
        )  # fmt: skip
        return Outcome(rotation, "s", plain / rotation, FLOOR, errors=len(reads.failures) + left)


def _fill(rows: int) -> list[UUID]:
    """Register invented residents in all grids, with numbers in the vault; return their ids."""
    from django.db import connection, transaction

    from minqing.areas.public import Area, county
    from minqing.kernel.ids import uuid7
    from minqing.registry.public import IdentityRow, put_identities

    areas = list(Area.objects.filter(level="grid").order_by("code").values_list("id", flat=True))
    rng, ids = Random(1), []
    for start in range(0, rows, PLACED):
        some = [(uuid7(), areas[n % len(areas)]) for n in range(start, min(start + PLACED, rows))]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PUT_RESIDENTS, [[one for one, _ in some], [area for _, area in some]])
            put_identities(
                (
                    IdentityRow(
                        one, area, f"3399{rng.randrange(10**14):014}", f"138{rng.randrange(10**8):08}"
                    )
                    for one, area in some
                ),
                [county().path],
            )
        ids += [one for one, _ in some]
    return sorted(ids)


def _twin() -> None:
    """Make a table of the same rows and indexes, to be written over."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE resident_identity_twin (LIKE resident_identity INCLUDING ALL)")
        cursor.execute("INSERT INTO resident_identity_twin SELECT * FROM resident_identity")


def _noise(ids: Sequence[UUID]) -> None:
    """Write random bytes over the twin's rows, in batches as the rotation has them."""
    from django.db import connections, transaction

    from minqing.kernel.resealing import BATCH
    from minqing.kernel.sealed import array_of

    for start in range(0, len(ids), BATCH):
        some = list(ids[start : start + BATCH])
        noise = [array_of(os.urandom(length) for _ in some) for length in BOX_BYTES]
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(_NOISE, [some, *noise, some[0], some[-1]])


def _add_key() -> None:
    """Add a newer key to those that seal."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    os.environ["MINQING_KEYS"] = f"{settings().keys},{settings().key_numbers()[-1] + 1}:{key}"
    settings.cache_clear()


@contextmanager
def _somebody_reading(ids: Sequence[UUID]) -> Iterator[Reads]:
    """Read a page of people, here and there, all the time."""
    from django.db import connections

    from minqing.areas.public import county
    from minqing.registry.public import identities_under

    reads, over, path = Reads(), threading.Event(), county().path
    rng = Random(2)

    def read() -> None:
        try:
            while not over.wait(0.05):
                some = rng.sample(ids, READ)
                if len(identities_under(some, [path])) != READ:
                    raise LookupError("a resident's numbers were not there")
                reads.done += 1
        except BaseException as error:  # noqa: BLE001  whatever it is, a page would have failed
            reads.failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield reads
    finally:
        over.set()
        thread.join()


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
