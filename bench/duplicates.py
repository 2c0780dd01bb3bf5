"""`python -m bench duplicates`: files of one person planted in eight ways, and how many of them are found.

A county is made, then for some of its residents a second file is registered with one kind of slip each. The ordinary
search for duplicates runs once. Printed per kind: how many were planted and offered; then what was offered that was not
planted, and the same for the obvious other way (equal name and equal birthday). ``value`` is the share of planted pairs
offered, in percent; ``ratio`` is F1 (the harmonic mean of precision and recall).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bench.county import seeded_county
from bench.outcome import Outcome
from minqing.config.failures import CannotRun
from minqing.config.screen import say

if TYPE_CHECKING:
    from minqing.registry.public import Resident

FLOOR: Final = 0.9
EACH: Final = 20
SEED: Final = 20_261_122

# Characters that are mistaken for one another in writing, and such as sound alike.
_LOOK: Final = {
    "根": "垠",
    "伯": "佰",
    "明": "朋",
    "军": "车",
    "华": "毕",
    "云": "去",
    "兰": "三",
    "芳": "旁",
    "国": "围",
}
_SOUND: Final = {
    "明": "鸣", "华": "桦", "芳": "方", "英": "瑛", "伟": "玮", "军": "君",
    "娟": "涓", "丽": "莉", "平": "萍", "珍": "真", "国": "帼", "建": "健", "文": "雯", "云": "芸", "根": "跟",
    "兴": "星", "红": "虹", "燕": "艳", "菊": "鞠", "凤": "奉",
}  # fmt: skip
_SURNAMES: Final = "裘王张李陈周"

Slip = Callable[["Draft", Random], bool]


class Draft:
    """A second file in the making: what it says, and where."""

    def __init__(self, of: Resident, number: str, phone: str) -> None:
        self.of = of
        self.name, self.birth_date, self.area_id = of.name, of.birth_date, of.area_id
        self.number, self.phone = number, phone


def _twice(draft: Draft, rng: Random) -> bool:
    draft.number = ""
    return True


def _sounds(draft: Draft, rng: Random) -> bool:
    draft.number = draft.phone = ""
    return _swap(draft, _SOUND)


def _looks(draft: Draft, rng: Random) -> bool:
    draft.number = ""
    return bool(draft.phone) and _swap(draft, _LOOK)


def _swap(draft: Draft, table: dict[str, str]) -> bool:
    for at, character in enumerate(draft.name[1:], start=1):
        if character in table:
            draft.name = draft.name[:at] + table[character] + draft.name[at + 1 :]
            return True
    return False


def _married(draft: Draft, rng: Random) -> bool:
    if draft.of.sex != "female" or len(draft.name) < 3:
        return False
    draft.name = rng.choice([one for one in _SURNAMES if one != draft.name[0]]) + draft.name[1:]
    draft.number = draft.phone = ""
    return True


def _moved(draft: Draft, rng: Random) -> bool:
    draft.number, draft.phone = "", f"199{rng.randint(10_000_000, 99_999_999)}"
    return True


def _birthday(draft: Draft, rng: Random) -> bool:
    born = draft.birth_date
    if born is None:
        return False
    draft.number = draft.phone = ""
    if born.day <= 12 and born.day != born.month:
        draft.birth_date = date(born.year, born.day, born.month)
    else:
        draft.birth_date = date(born.year - 1, born.month, min(born.day, 28))
    return True


def _number(draft: Draft, rng: Random) -> bool:
    """One digit of the year slips, the check digit with it, and so does the birthday that is read from it."""
    from minqing.registry.rules import id_check_digit

    if not draft.number or draft.birth_date is None:
        return False
    year = str(int(draft.number[6:10]) - 10)
    body = draft.number[:6] + year + draft.number[10:17]
    draft.number = body + id_check_digit(body)
    draft.birth_date = date(int(year), draft.birth_date.month, min(draft.birth_date.day, 28))
    draft.phone = ""
    return True


def _pet_name(draft: Draft, rng: Random) -> bool:
    if not draft.phone or len(draft.name) < 2:
        return False
    draft.name = f"阿{draft.name[-1]}"
    draft.number = ""
    return True


# A slip, and whether the second file stands in another village.
KINDS: Final[dict[str, tuple[Slip, bool]]] = {
    "没写证件号，又登记一次": (_twice, False),
    "同音字": (_sounds, False),
    "形近字": (_looks, False),
    "随夫改姓": (_married, True),
    "搬到别的村": (_moved, True),
    "出生日期写错": (_birthday, False),
    "证件号错一位": (_number, False),
    "写了小名": (_pet_name, False),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--size", choices=("small", "demo", "full"), default="small", help="县的规模，默认 small"
    )
    parser.add_argument("--each", type=int, default=EACH, help=f"每种重复埋多少对，默认 {EACH}")


def run(options: argparse.Namespace) -> Outcome:
    """Plant, search once, and compare what was offered with what was planted."""
    with seeded_county(options.size):
        from minqing.areas.public import county
        from minqing.kernel import clock
        from minqing.registry.models import DuplicatePair, Resident
        from minqing.registry.services.duplicates import find_duplicates

        at = clock.now()
        # What the generated county holds by itself is not planted, and is not counted against anybody.
        find_duplicates(under=county(), at=at)
        before = {frozenset(pair) for pair in DuplicatePair.everything.values_list("first_id", "second_id")}
        planted = dict(_plant(options.each, Random(SEED)))
        if not planted:
            raise CannotRun("演示县太小，埋不下重复的档案。请换一个规模再测。")
        count = Resident.everything.filter(closed_on=None).count()
        began = time.perf_counter()
        found = find_duplicates(under=county(), at=at + timedelta(minutes=1))
        seconds = time.perf_counter() - began
        pairs = {frozenset(pair) for pair in DuplicatePair.everything.values_list("first_id", "second_id")}
        offered = pairs - before
        say(f"{count} 份档案，比对 {found.weighed} 对，{seconds:.1f} 秒（每秒 {count / seconds:.0f} 份）")
        _print_kinds(planted, offered)
        recall, precision = _rates(set(planted), offered)
        other = _equal_name_and_birthday() - before
        say(
            f"找到 {recall:.1%}，准确 {precision:.1%}；只看同名同生日：找到 {_rates(set(planted), other)[0]:.1%}"
        )
        return Outcome(recall * 100, "percent", 2 * recall * precision / (recall + precision or 1), FLOOR)


def _rates(planted: set[frozenset[UUID]], offered: set[frozenset[UUID]]) -> tuple[float, float]:
    """Return (recall, precision)."""
    hits = len(planted & offered)
    return hits / len(planted), hits / (len(offered) or 1)


def _print_kinds(planted: dict[frozenset[UUID], str], offered: set[frozenset[UUID]]) -> None:
    by_kind, hits = (
        Counter(planted.values()),
        Counter(kind for pair, kind in planted.items() if pair in offered),
    )
    for kind, count in by_kind.items():
        say(f"  {kind}：{hits[kind]}/{count}")
    say(f"  没有埋而提示的：{len(offered - set(planted))}")


def _plant(each: int, rng: Random) -> Iterator[tuple[frozenset[UUID], str]]:
    """Register second files; yield each pair with its kind."""
    from minqing.areas.public import county
    from minqing.kernel import clock
    from minqing.registry import vault
    from minqing.registry.models import Resident

    rows = list(Resident.everything.filter(closed_on=None).exclude(birth_date=None).order_by("id")[:60_000])
    rng.shuffle(rows)
    elsewhere = list({row.area_id for row in rows})
    paths = [county().path]
    numbers = vault.identities_under([row.id for row in rows], paths)
    at = clock.now()
    waiting = iter(rows)
    for kind, (slip, moves) in KINDS.items():
        left = each
        for row in waiting:
            held = numbers.get(row.id, vault.IdentityValues())
            draft = Draft(row, held.id_number, held.phone)
            if not slip(draft, rng) or _is_taken(draft.number):
                continue
            if moves:
                draft.area_id = rng.choice([area for area in elsewhere if area != row.area_id])
            yield frozenset({row.id, _register(draft, paths, at)}), kind
            left -= 1
            if not left:
                break


def _is_taken(number: str) -> bool:
    from minqing.registry.models import Resident
    from minqing.registry.public import id_index

    return bool(number) and Resident.everything.filter(id_index=id_index(number)).exists()


def _register(draft: Draft, paths: list[str], at: datetime) -> UUID:
    from minqing.registry import vault
    from minqing.registry.services.inputs import ResidentInput
    from minqing.registry.services.residents import resident_row

    values = ResidentInput(
        name=draft.name,
        sex=draft.of.sex,
        birth_date=draft.birth_date,
        id_number=draft.number,
        phone=draft.phone,
    )
    row = resident_row(area_id=draft.area_id, values=values, by_name="测试", at=at)
    row.save(force_insert=True)
    vault.put_identity(vault.IdentityRow(row.id, row.area_id, draft.number, draft.phone), paths)
    return row.id


def _equal_name_and_birthday() -> set[frozenset[UUID]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.id FROM resident a JOIN resident b USING (name, birth_date)"
            " WHERE a.id < b.id AND a.closed_on IS NULL AND b.closed_on IS NULL"
        )
        return {frozenset(pair) for pair in cursor.fetchall()}
