"""Seal the journal: every minute all new entries become leaves of one tree, and its root is signed and published.

Nothing is hashed while somebody waits for their change to be saved. A seal takes the entries of transactions that no
running one can still precede, so that a late commit is not passed by. Nameless entries (ids that tell no time) are
sealed by the first seal of an hour only, those of the hours before, in the order of their random ids: neither seal nor
position tells when they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from minqing.journal.models import Check, Node, Seal
from minqing.journal.published import Folder
from minqing.journal.rules import EMPTY_ROOT, Frontier, entry_leaf
from minqing.journal.signing import Root, public_keys, state_hash
from minqing.kernel.clock import to_the_hour
from minqing.kernel.ids import uuid7
from minqing.kernel.settings import settings

# The canonical text of an entry in two halves, each an array of JSON as PostgreSQL writes it. The first half is what
# a receipt may show to anybody; the second one is shown as a hash. Together they hold every column.
OPEN_PART: Final = "json_build_array(e.id::text, (extract(epoch FROM e.at) * 1000000)::bigint, e.kind)::text"
REST: Final = (
    "json_build_array(e.xact::text, e.subject_kind, e.subject_id::text, e.area_id::text, e.person_id::text, "
    "e.person_name, e.appointment_id::text, e.appointment_label, e.facts, "
    "encode(e.detail_hash, 'hex'), e.is_read)::text"
)
NAMELESS: Final = "uuid_extract_version(e.id) = 4"
NAMED: Final = "uuid_extract_version(e.id) IS DISTINCT FROM 4"

LATE_AFTER: Final = timedelta(minutes=10)
# A seal is made every hour at least, also when nothing happened.
SILENT_AFTER: Final = timedelta(minutes=75)
CHECK_AFTER: Final = timedelta(hours=36)
_AT_ONCE: Final = 20_000
_LOCK: Final = 0x6D71_7365_616C  # "mqseal"


class SealingStopped(RuntimeError):
    """Sealing cannot go on as things are; the message is a Chinese sentence that says what to do."""


def seal(*, at: datetime, horizon: int | None = None) -> Seal | None:
    """Seal what is new and publish it; None when nothing was to be sealed in this minute.

    ``horizon`` is for tests that know that nobody else writes. Raises :class:`SealingStopped`.
    """
    folders = [Folder(path) for path in settings().roots_folders]
    with transaction.atomic():
        _alone()
        previous = last_seal()
        _continues(previous, folders)
        until = _horizon() if horizon is None else horizon
        if previous is not None and until < previous.horizon:
            raise SealingStopped(
                "数据库的事务号比上次封存时还小，封存停下了。"
                "刚恢复过备份的，请按 docs/operations/backup.md 追上事务号。"
            )
        sweep = previous is None or previous.at < to_the_hour(at)
        frontier = Frontier.of(previous.size, bytes(previous.peaks)) if previous else Frontier()
        _add(frontier, _named(previous, until), "named")
        if sweep:
            _add(frontier, _nameless(until, to_the_hour(at)), "nameless")
        made = None
        if sweep or previous is None or frontier.size > previous.size:
            made = _sign(frontier, previous, at=at, horizon=until, swept=sweep)
    publish(folders)
    return made


def publish(folders: list[Folder]) -> None:
    """Append to every folder whatever it lacks. One that cannot be written keeps the others from nothing."""
    failures: list[OSError] = []
    with transaction.atomic():
        _alone()
        for folder in folders:
            try:
                _publish(folder)
            except OSError as error:
                error.add_note(f"roots folder {folder.path}")
                failures.append(error)
    if failures:
        raise ExceptionGroup("roots could not be published everywhere", failures)


def resume(*, because: str, at: datetime) -> Root:
    """Go on from an older journal after a restore, saying why in a signed line of its own; return that line."""
    folders = [Folder(path) for path in settings().roots_folders]
    with transaction.atomic():
        _alone()
        last = last_seal()
        if last is None:
            raise SealingStopped("数据库里还没有封存过，请先运行 minqing journal seal。")
        root = root_of_seal(last)
        said = Root(
            county=root.county, number=root.number, size=root.size, root=root.root, previous=root.previous,
            at=at.replace(microsecond=0), state=root.state, because=" ".join(because.split())[:200],
        ).signed()  # fmt: skip
        for folder in folders:
            folder.set_aside(root.size, at)
            folder.add_roots([said])
    return said


def last_seal() -> Seal | None:
    """Return the newest seal."""
    return Seal.objects.order_by("-number").first()


def recent_seals(count: int) -> list[Seal]:
    """Return the newest seals, newest first."""
    return list(Seal.objects.order_by("-number")[:count])


def recent_checks(count: int) -> list[Check]:
    """Return what the newest verifications found, newest first."""
    return list(Check.objects.order_by("-at")[:count])


def root_of_seal(one: Seal) -> Root:
    """Return a seal as it was signed."""
    return Root(
        county=settings().county,
        number=one.number,
        size=one.size,
        root=bytes(one.root),
        previous=bytes(one.previous),
        at=one.at,
        state=state_hash(peaks=bytes(one.peaks), horizon=one.horizon, swept=one.swept),
        key_id=one.key_id,
        signature=bytes(one.signature),
    )


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the journal is sealed, what the last verification said, and what somebody must look after."""

    last: Seal | None
    check: Check | None
    alarms: tuple[str, ...]


def seal_state(*, at: datetime) -> SealState:
    """Return how things stand."""
    last, check = last_seal(), Check.objects.order_by("-at").first()
    alarms = []
    if late := _late(last, at):
        alarms.append(late)
    if check is not None and not check.is_sound:
        alarms.append(f"最近一次核验没有通过：{check.sentence}")
    elif last is not None and last.size and at - (check.at if check else _first_at()) > CHECK_AFTER:
        alarms.append("流水已有一天半没有核验，请检查后台任务是否在运行。")
    return SealState(last, check, tuple(alarms))


def _late(last: Seal | None, at: datetime) -> str:
    if last is not None and at - last.at <= LATE_AFTER:
        return ""
    waiting = _oldest_waiting(last)
    silent = last is not None and at - last.at > SILENT_AFTER
    if silent or (waiting is not None and at - waiting > LATE_AFTER):
        since = last.at if last is not None else waiting
        minutes = int((at - (since or at)).total_seconds() // 60)
        return f"流水已有 {minutes} 分钟没有封存，请检查后台任务是否在运行，原因写在它的日志里。"
    return ""


def _oldest_waiting(last: Seal | None) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(at) FROM (SELECT e.at FROM journal_entry e WHERE e.xact >= %s::text::xid8 AND {NAMED}"  # noqa: S608
            " ORDER BY e.xact, e.id LIMIT 100) AS waiting",
            [str(last.horizon if last else 0)],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _first_at() -> datetime:
    return Seal.objects.order_by("number").values_list("at", flat=True)[0]


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (found,) = cursor.fetchone()
    return int(found)


def _continues(previous: Seal | None, folders: list[Folder]) -> None:
    """Refuse to build on a seal that was tampered with, or on a database older than what is published."""
    # The signature covers the edge as well: what it verifies is what was sealed.
    if previous is not None and not root_of_seal(previous).is_signed(public_keys()):
        raise SealingStopped("上一次封存的记录被改动过，封存停下了。请运行 minqing journal verify 查明。")
    for folder in folders:
        published = folder.last()
        if published is None:
            continue
        held = Seal.objects.filter(number=published.number).first()
        if held is None or (held.size, bytes(held.root)) != (published.size, published.root):
            raise SealingStopped(
                "数据库里的封存与已公布的根接不上，封存停下了。请运行 minqing journal verify 查明；"
                "确实恢复过备份的，再运行 minqing journal resume --because 说明原因。"
            )


def _named(previous: Seal | None, until: int) -> tuple[str, list[Any]]:
    since = previous.horizon if previous is not None else 0
    where = f"e.xact >= %s::text::xid8 AND e.xact < %s::text::xid8 AND {NAMED} ORDER BY e.xact, e.id"
    return where, [str(since), str(until)]


def _nameless(until: int, hour: datetime) -> tuple[str, list[Any]]:
    """Nameless entries of the hours before. One that an earlier sweep must have seen was put in behind its back."""
    swept = Seal.objects.filter(swept=True).order_by("-number").first()
    seen, seen_hour = (swept.horizon, to_the_hour(swept.at)) if swept else (0, hour)
    where = (
        f"{NAMELESS} AND e.xact < %s::text::xid8 AND e.at < %s AND NOT (e.xact < %s::text::xid8 AND e.at < %s)"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.id = e.id) ORDER BY e.id"
    )
    return where, [str(until), hour, str(seen), seen_hour]


def _add(frontier: Frontier, asked: tuple[str, list[Any]], name: str) -> None:
    """Hash the entries asked for, some thousands at a time, and write their leaves and the subtrees completed."""
    where, params = asked
    for batch in _batches(where, params, name):
        leaves = [entry_leaf(open_part, rest) for _, open_part, rest in batch]
        first = frontier.size
        kept = frontier.extend(leaves)
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY journal_leaf (id, position, hash) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.set_types(["uuid", "int8", "bytea"])
            for number, ((id_, _, _), leaf) in enumerate(zip(batch, leaves, strict=True), first):
                copy.write_row((UUID(bytes=bytes(id_)), number, leaf))
        Node.objects.bulk_create([Node(level=level, index=index, hash=one) for level, index, one in kept])


def _batches(where: str, params: list[Any], name: str) -> Iterator[list[tuple[bytes, bytes, bytes]]]:
    sql = (
        f"SELECT uuid_send(e.id), convert_to({OPEN_PART}, 'UTF8'), convert_to({REST}, 'UTF8')"  # noqa: S608
        f" FROM journal_entry e WHERE {where}"
    )
    raw: Any = connection.connection
    with raw.cursor(name=f"seal_{name}", binary=True) as cursor:
        cursor.execute(sql, params)
        while batch := cursor.fetchmany(_AT_ONCE):
            yield batch


def _sign(frontier: Frontier, previous: Seal | None, *, at: datetime, horizon: int, swept: bool) -> Seal:
    made = Seal(
        id=uuid7(),
        number=previous.number + 1 if previous else 0,
        at=at.replace(microsecond=0),
        size=frontier.size,
        root=frontier.root(),
        previous=bytes(previous.root) if previous else EMPTY_ROOT,
        peaks=frontier.packed(),
        horizon=horizon,
        swept=swept,
        key_id=0,
        signature=b"",
    )
    signed = root_of_seal(made).signed()
    made.key_id, made.signature = signed.key_id, signed.signature
    made.save(force_insert=True)
    return made


def _publish(folder: Folder) -> None:
    published = folder.last()
    after = published.number if published else -1
    missing = Seal.objects.filter(number__gt=after).order_by("number")
    newest = last_seal()
    if newest is None:
        return
    raw: Any = connection.connection
    if folder.count() < newest.size:
        with raw.cursor(name="publish_leaves", binary=True) as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(
                "SELECT uuid_send(id), hash FROM journal_leaf WHERE position >= %s AND position < %s ORDER BY position",
                [folder.count(), newest.size],
            )
            folder.add_leaves((bytes(id_), bytes(hash_)) for id_, hash_ in cursor)
    if missing:
        folder.add_roots(root_of_seal(one) for one in missing.iterator())
