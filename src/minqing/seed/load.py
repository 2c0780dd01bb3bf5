"""Load the demonstration county: make the world, copy it in, all in one transaction.

What depends on the day on which it is loaded: ages and birth dates, tags' and appointments' dates, the half year of
visits and cases that ends now. The tree of areas depends on the seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model

from minqing.areas.public import Area, county, profile
from minqing.kernel.errors import Refused
from minqing.registry.public import put_identities
from minqing.seed.chronicle import Chronicle
from minqing.seed.copying import copy_in
from minqing.seed.dispatch import keep_catalogue
from minqing.seed.files import Files
from minqing.seed.lanes import tell_lanes
from minqing.seed.lives import VisitSeed, walk_the_grids
from minqing.seed.matters import open_cases
from minqing.seed.officials import PASSWORD
from minqing.seed.records import Records
from minqing.seed.register import Register
from minqing.seed.sittings import write_beside
from minqing.seed.together import show_together
from minqing.seed.world import World, make_world
from minqing.workflow.public import current_calendar, write_histories

DEFAULT_SEED = 20_261_121

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded."""

    areas: int
    people: int
    residents: int
    households: int
    enterprises: int
    places: int
    tags: int
    visits: int
    findings: int
    cases: int
    entries: int

    def __str__(self) -> str:
        return (
            f"{self.areas} 个辖区，{self.people} 名干部，{self.households} 户 {self.residents} 人，"
            f"{self.enterprises} 家企业，{self.places} 处场所，{self.tags} 个标签，{self.visits} 次走访，"
            f"{self.findings} 条发现，{self.cases} 件事项，{self.entries} 条流水"
        )


def _silent(sentence: str) -> None:
    """Say nothing."""


@transaction.atomic
def load(*, at: datetime, seed: int = DEFAULT_SEED, scale: float = 1.0, say: Say = _silent) -> Loaded:
    """Load the demonstration into an empty county and mark it as one. Raises `Refused` where there is one already.

    `at`: the moment at which the half year ends. `scale`: a share of the people, firms, visits and cases.
    """
    if profile() is not None or Area.objects.exists():
        raise Refused("这个数据库里已经有一个县，演示数据只能载入空的数据库。要重新载入，请换一个数据库。")
    say(f"正在构想演示县（种子 {seed}）……")
    world = make_world(seed, at, scale=scale)
    chronicle = Chronicle(seed)
    register = Register(world, chronicle, unusable=make_password(None), usable=make_password(PASSWORD))
    counts = _load_register(register, say)
    say("正在写半年的走访……")
    seeds = walk_the_grids(world)
    records = Records(world, register, chronicle, seeds)
    visits, findings = records.visits()
    counts["visits"], counts["findings"] = copy_in(visits), copy_in(findings)
    copy_in(records.door_codes())
    counts["cases"] = _load_cases(world, register, records, chronicle, visits=seeds, say=say)
    say("正在写流水……")
    entries, details = chronicle.rows()
    counts["entries"] = copy_in(entries)
    copy_in(details)
    say("正在写派单目录……")
    keep_catalogue(world.staff, register, seed=seed, at=at)
    show_together(at=at)
    return Loaded(**counts)


def _load_register(register: Register, say: Say) -> dict[str, int]:
    say("正在载入辖区、单位和任职……")
    counts = {"areas": copy_in(register.areas())}
    copy_in(register.periods())
    copy_in([register.profile()])
    counts["people"] = copy_in(register.people())
    copy_in(register.units())
    copy_in(register.appointments())
    say("正在登记居民、户、企业和场所……")
    counts["households"] = copy_in(register.households())
    counts["residents"] = copy_in(register.residents())
    put_identities(register.identities(), [county().path])
    copy_in(register.members())
    counts["enterprises"] = copy_in(register.enterprises())
    counts["places"] = copy_in(register.places())
    counts["tags"] = copy_in(register.tags())
    return counts


def _load_cases(
    world: World,
    register: Register,
    records: Records,
    chronicle: Chronicle,
    *,
    visits: Sequence[VisitSeed],
    say: Say,
) -> int:
    say("正在按规程办理事项……")
    calendar = current_calendar()
    files = Files(world, register, records, chronicle, calendar)
    opened = open_cases(world, visits, calendar)
    lanes = tell_lanes(world, calendar, first_number=len(opened))
    runs = write_histories(files.histories([*opened, *(one.case for one in lanes.told)]))
    files.tie(runs)
    write_beside(lanes, files, runs[len(opened) :])
    count = copy_in(files.cases)
    for _, rows in groupby(sorted(files.beside, key=_table), key=_table):
        copy_in(rows)
    return count


def _table(row: Model) -> str:
    return row._meta.db_table
