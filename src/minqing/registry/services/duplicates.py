"""Look for files of one person: set-based candidates, each pair weighed, what is alike enough offered.

Candidates share something that slips rarely change together: a telephone, a birthday with two of three initials, a name
in one village. Nothing is compared with everything; nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from minqing.areas.public import Area
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import PairJudged
from minqing.registry.likeness import OFFER_FROM, Facts, Likeness, likeness
from minqing.registry.models import DuplicatePair
from minqing.registry.models.duplicates import NOT_SAME, OPEN
from minqing.registry.permissions import MERGE_RESIDENTS

BATCH: Final = 2_000
# A telephone on more files than this is a landlord's or an office's: it says nothing of one person.
PHONE_SHARED_MAX: Final = 20
# What two numbers that differ by a slip would add at most (likeness._numbers): below this nobody opens the vault.
_SLIP: Final = 12
_VILLAGE_LABELS: Final = 3  # county.town.village

_CANDIDATES: Final = """
WITH people AS MATERIALIZED (
    SELECT r.id, r.name, r.sex, r.birth_date, r.name_initials AS said, r.phone_index,
           r.id_index IS NOT NULL AS numbered, m.household_id AS home,
           subpath(a.path, 0, least(nlevel(a.path), %(villages)s)) AS village
    FROM resident r JOIN area a ON a.id = r.area_id
    LEFT JOIN household_member m ON m.resident_id = r.id AND m.ends_on IS NULL
    WHERE r.closed_on IS NULL AND a.path <@ %(scope)s::ltree
), few AS MATERIALIZED (
    SELECT phone_index FROM people WHERE phone_index IS NOT NULL
    GROUP BY phone_index HAVING count(*) BETWEEN 2 AND %(shared)s
), born AS MATERIALIZED (
    SELECT * FROM people WHERE birth_date IS NOT NULL AND length(said) > 1
), pairs AS (
    SELECT a.id AS one, b.id AS other FROM people a JOIN few USING (phone_index) JOIN people b USING (phone_index)
    WHERE a.id < b.id
    UNION
    SELECT a.id, b.id FROM born a
    JOIN born b ON a.birth_date = b.birth_date AND right(a.said, -1) = right(b.said, -1) WHERE a.id < b.id
    UNION
    SELECT a.id, b.id FROM born a
    JOIN born b ON a.birth_date = b.birth_date AND left(a.said, -1) = left(b.said, -1) WHERE a.id < b.id
    UNION
    SELECT a.id, b.id FROM born a JOIN born b ON a.birth_date = b.birth_date
        AND left(a.said, 1) || right(a.said, 1) = left(b.said, 1) || right(b.said, 1)
    WHERE a.id < b.id
    UNION
    SELECT a.id, b.id FROM people a JOIN people b ON a.village = b.village AND a.name = b.name
    WHERE a.id < b.id
)
SELECT a.id, a.name, a.sex, a.birth_date, a.phone_index, a.numbered, a.home, a.village::text,
       b.id, b.name, b.sex, b.birth_date, b.phone_index, b.numbered, b.home, b.village::text
FROM pairs JOIN people a ON a.id = pairs.one JOIN people b ON b.id = pairs.other
"""
_SIDE: Final = 8
_OFFER: Final = """
INSERT INTO resident_duplicate (id, first_id, second_id, score, reasons, against, found_at, state, words)
SELECT one, two, three, four, string_to_array(five, '|'), string_to_array(six, '|'), %s, 'open', ''
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::text[])
    AS t(one, two, three, four, five, six)
ON CONFLICT (first_id, second_id) DO UPDATE
SET score = EXCLUDED.score, reasons = EXCLUDED.reasons, against = EXCLUDED.against, found_at = EXCLUDED.found_at
WHERE resident_duplicate.state = 'open'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: candidates weighed, pairs offered now, offers that no longer hold."""

    weighed: int
    offered: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class _Pair:
    one: Facts
    other: Facts
    both_numbered: bool


def find_duplicates(*, under: Area, at: datetime) -> Found:
    """Weigh every candidate pair under an area and offer those alike enough; what was decided stays decided."""
    weighed = offered = 0
    with transaction.atomic():
        for pairs in _batches(_candidates(under.path)):
            weighed += len(pairs)
            offered += _offer(_judged(pairs, [under.path]), at)
        # Edited since, closed since: an offer not found again is no longer one.
        scope = Q(first__area__path__under=under.path, second__area__path__under=under.path)
        stale = DuplicatePair.everything.filter(scope, state=OPEN, found_at__lt=at)
        withdrawn = stale.delete()[0]
    return Found(weighed, offered, withdrawn)


def _candidates(path: str) -> Iterator[_Pair]:
    with connection.chunked_cursor() as cursor:
        given: dict[str, str | int] = {"scope": path, "villages": _VILLAGE_LABELS, "shared": PHONE_SHARED_MAX}
        cursor.execute(_CANDIDATES, given)
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield _Pair(_facts(row[:_SIDE]), _facts(row[_SIDE:]), bool(row[5] and row[_SIDE + 5]))


def village_path(path: str) -> str:
    """Return the path of the village an area lies in (of the area itself, higher up)."""
    return ".".join(path.split(".")[:_VILLAGE_LABELS])


def _facts(side: Sequence[Any]) -> Facts:
    row_id, name, sex, birth_date, phone, _, home, village = side
    # Equal telephones have equal indexes: the vault stays closed.
    token = bytes(phone).hex() if phone else ""
    return Facts(row_id, name, sex, birth_date, "", token, home, village)


def _batches(pairs: Iterable[_Pair]) -> Iterator[list[_Pair]]:
    waiting = iter(pairs)
    while some := list(islice(waiting, BATCH)):
        yield some


def _judged(pairs: Sequence[_Pair], paths: Sequence[str]) -> list[tuple[UUID, UUID, Likeness]]:
    """Weigh pairs; the numbers of two are opened only where they could decide."""
    first = [(pair, likeness(pair.one, pair.other)) for pair in pairs]
    open_for = {
        facts.id
        for pair, weight in first
        if pair.both_numbered and weight.score + _SLIP >= OFFER_FROM
        for facts in (pair.one, pair.other)
    }
    numbers = vault.identities_under(open_for, paths)
    judged = []
    for pair, weight in first:
        if pair.one.id in numbers and pair.other.id in numbers and pair.both_numbered:
            weight = likeness(  # noqa: PLW2901 - weighed again with what the vault adds
                replace(pair.one, id_number=numbers[pair.one.id].id_number),
                replace(pair.other, id_number=numbers[pair.other.id].id_number),
            )
        if weight.is_offered:
            judged.append((pair.one.id, pair.other.id, weight))
    return judged


def _offer(judged: Sequence[tuple[UUID, UUID, Likeness]], at: datetime) -> int:
    if not judged:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _OFFER,
            [
                at,
                [uuid7(at) for _ in judged],
                [min(one, other) for one, other, _ in judged],
                [max(one, other) for one, other, _ in judged],
                [weight.score for _, _, weight in judged],
                ["|".join(weight.reasons) for _, _, weight in judged],
                ["|".join(weight.against) for _, _, weight in judged],
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def judge_not_same(*, pair_id: UUID, words: str, by: Actor, at: datetime) -> DuplicatePair:
    """Say that two files are of two people: they are not offered again."""
    pair = locked_pair(pair_id, by)
    if pair.state == NOT_SAME:
        return pair
    if pair.state != OPEN:
        raise Refused("这两份档案已经合并。")
    if not words.strip():
        raise Refused("请写一句怎么核实的，例如“双胞胎”“当面问过，是叔侄”。", field="words")
    pair.state, pair.words = NOT_SAME, words.strip()[: rules.REASON_MAX]
    pair.decided_at, pair.decided_by_id = at, by.person_id
    pair.save()
    for mine, other in ((pair.first, pair.second), (pair.second, pair.first)):
        judged = PairJudged(
            subject_kind=rules.RESIDENT,
            subject_id=mine.id,
            area_id=mine.area_id,
            other_id=other.id,
            words=pair.words,
        )
        record(judged, by=by.hand, at=at)
    return pair


def locked_pair(pair_id: UUID, by: Actor) -> DuplicatePair:
    """Return a pair the actor may decide on, locked. Raises :class:`NotThere`."""
    by.require(MERGE_RESIDENTS)
    pair = (
        DuplicatePair.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("first", "second")
        .filter(id=pair_id)
        .first()
    )
    if pair is None:
        raise NotThere
    return pair
