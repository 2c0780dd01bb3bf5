"""Knowing at once that a household's rows change nothing: by a keyed hash, without opening or comparing anything.

After an import the hash of the rows of each household is kept with a digest of what the registry then held of it. The
same rows again, while the registry still holds the same, are passed over. The digest is taken from the rows
themselves (versions, memberships, tags, indexes), so that no other code has to remember to take a mark back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from minqing.kernel.copying import Shape
from minqing.kernel.sealed import array_of, indexer
from minqing.registry.models.imports import ImportMark
from minqing.registry.services.import_lines import Line, homes
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.planned import PlannedHousehold, ResidentPlan
from minqing.registry.services.resident_writing import ResidentWriter

PURPOSE: Final = "registry import rows"
STATE_BYTES: Final = 16
LOOKED_UP: Final = "+"  # behind the hash of a row whose household was looked up, and not known, while reading
HASH_BYTES: Final = 16

# Everything that an import compares with, of the household and of those who live in it.
_STATE: Final = """
substring(sha256(convert_to(concat_ws('|', h.version, encode(uuid_send(h.area_id), 'hex'), h.closed_on,
    (SELECT string_agg(concat_ws(',', encode(uuid_send(m.id), 'hex'), m.relation, encode(uuid_send(r.id), 'hex'),
            r.version, encode(uuid_send(r.area_id), 'hex'), r.closed_on,
            encode(r.id_index, 'hex'), encode(r.phone_index, 'hex'),
            (SELECT '+' || string_agg(t.id::text, '+' ORDER BY t.id)
                FROM tag t WHERE t.subject_id = r.id AND t.ended_at IS NULL)), ';' ORDER BY m.id)
        FROM household_member m JOIN resident r ON r.id = m.resident_id
        WHERE m.household_id = h.id AND m.ends_on IS NULL)), 'UTF8')) FROM 1 FOR 16)
"""
_KNOWN: Final = f"""
WITH found AS MATERIALIZED (  -- else the planner takes the digest of every household to join by it
    SELECT m.rows_hash, m.state AS was, h.area_id, {_STATE} AS state
    FROM import_mark m JOIN household h ON h.id = m.household_id
    WHERE m.rows_hash = ANY(%s::bytea[]) AND h.closed_on IS NULL
)
SELECT rows_hash, area_id FROM found WHERE state = was
"""  # noqa: S608  (a constant of ours)
_MARK: Final = f"""
INSERT INTO import_mark (household_id, rows_hash, state)
SELECT h.id, given.rows_hash, {_STATE}
FROM unnest(%s::uuid[], %s::bytea[]) AS given (id, rows_hash) JOIN household h ON h.id = given.id
ON CONFLICT (household_id) DO UPDATE SET rows_hash = EXCLUDED.rows_hash, state = EXCLUDED.state
"""  # noqa: S608  (a constant of ours)


def by_home(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Group lines by their household; lines that name none stand under the empty text."""
    found: dict[str, list[Line]] = defaultdict(list)
    for home, line in zip(homes(lines), lines, strict=True):
        found[home].append(line)
    return found


class RunMark(NamedTuple):
    """The keyed hash of rows that follow each other in a file and name one household, and how many they are."""

    digest: bytes
    rows: int

    def text(self, seal: str = "") -> str:
        """Write it as each of the rows keeps it; ``seal``: :data:`LOOKED_UP` or nothing."""
        return f"{self.digest.hex()}:{self.rows}{seal}"


def run_hasher(layout: str) -> Callable[[list[str]], RunMark]:
    """Return what makes the keyed hash of rows as they stand in a file of this layout (which column is what)."""
    started = blake2b(key=indexer(PURPOSE)("row"), digest_size=HASH_BYTES)
    started.update(f"{layout}\0".encode())
    begin = started.copy

    def mark_of(rows: list[str]) -> RunMark:
        made = begin()
        made.update("\n".join(rows).encode())
        return RunMark(made.digest(), len(rows))

    return mark_of


def rows_hash(lines: Sequence[Line]) -> bytes | None:
    """Return the keyed hash of a household's rows: of those that follow each other theirs, of several such both.

    None when the household has not all rows of a run, or a row was kept by an older version.
    """
    found = Counter(line.mark.removesuffix(LOOKED_UP) for line in sorted(lines, key=attrgetter("number")))
    for one, count in found.items():
        if one.partition(":")[2] != str(count):
            return None
    if len(found) == 1:
        return bytes.fromhex(one.partition(":")[0])
    return indexer(PURPOSE)("\n".join(found))


def _was_looked_up(lines: Sequence[Line]) -> bool:
    """Whether these rows, as they followed each other in the file, were not known when it was read."""
    return len({line.mark for line in lines}) == 1 and lines[0].mark.endswith(LOOKED_UP)


def known_homes(hashes: Iterable[bytes]) -> list[tuple[bytes, UUID]]:
    """Return those hashes of households of which the registry still holds what their rows said, with their area."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [array_of(hashes)])
        return [(bytes(known), area_id) for known, area_id in cursor.fetchall()]


def unchanged_homes(
    homes_of: Mapping[str, list[Line]], scope: Scope, repeated: Mapping[int, int]
) -> set[str]:
    """Return the households of which the registry still holds what these rows said, where the importer may say it."""
    hashed = {
        made: home
        for home, lines in homes_of.items()
        if home and not _was_looked_up(lines)
        if not any(line.problems or line.number in repeated for line in lines)
        if (made := rows_hash(lines))
    }
    found = [(hashed[known], area_id) for known, area_id in known_homes(hashed)] if hashed else []
    return {
        home
        for home, area_id in found
        if area_id in scope.ids and all(scope.resolve(line.grid)[0] == area_id for line in homes_of[home])
    }


def mark(plan: ResidentPlan, homes_of: Mapping[str, list[Line]], written: ResidentWriter) -> None:
    """Remember the households of a plan that has been written whole: no row refused, nothing to notice."""
    ids: list[str] = []
    hashes: list[bytes] = []
    fresh: dict[str, list[Any]] = {"household_id": [], "rows_hash": [], "state": []}
    for home in plan.households:
        lines = homes_of.get(home.key, [])
        home_id = home.row.id.bytes if home.row else home.new_id
        if not home_id or home.is_merged or len(lines) != len(home.rows):
            continue
        if any(one.row.problems for one in home.rows) or not (made := rows_hash(lines)):
            continue
        if home.row is None and (state := _fresh_state(home, written)):
            for name, value in zip(fresh, (home_id, made, state), strict=True):
                fresh[name].append(value)
        else:
            ids.append(home_id.hex())
            hashes.append(made)
    Shape(ImportMark).copy_columns(fresh)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [f"{{{','.join(ids)}}}", array_of(hashes)])


def _fresh_state(home: PlannedHousehold, written: ResidentWriter) -> bytes | None:
    """Return what _STATE gives for a household that has just been written, if all of it is new."""
    members = []
    for one in home.rows:
        number = one.row.number
        if one.new_tags or number not in written.told_of:
            return None
        members.append(told_member(written.member_of[number], *written.told_of[number]))
    return fresh_state(written.home_of[home.rows[0].row.number][1], members)


def told_member(
    member: bytes,
    relation: str,
    person: bytes,
    area: bytes,
    id_index: bytes | None,
    phone_index: bytes | None,
) -> str:
    """Return what _STATE says of somebody who has just been registered (a test compares)."""
    said = [member.hex(), relation, person.hex(), "1", area.hex()]
    said += [index.hex() for index in (id_index, phone_index) if index]
    return ",".join(said)


def fresh_state(area: bytes, members: list[str]) -> bytes:
    """Return what _STATE gives for a household of people who have just been registered without tags."""
    members.sort()
    return sha256(f"1|{area.hex()}|{';'.join(members)}".encode()).digest()[:STATE_BYTES]
