"""A real county is set up once, whole or not at all, and has somebody who can appoint the others."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from django.db import IntegrityError

from minqing.accounts.public import MANAGE_PEOPLE, Appointment, Person, actor_of, add_first_administrator
from minqing.accounts.tests.factories import AT, DAY, PASSWORD
from minqing.areas.models import Area, AreaPeriod, CountyProfile
from minqing.areas.public import TOWN, VILLAGE, Planned, found_county
from minqing.config.commands import county
from minqing.config.failures import CannotRun
from minqing.journal.public import timeline
from minqing.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def asked(**changes: object) -> argparse.Namespace:
    given = {"code": "330683", "name": "嵊州市", "towns": None, "villages": None}
    return argparse.Namespace(**{**given, **changes})


def test_the_shipped_county_has_its_towns_villages_and_an_administrator():
    below = list(county._planned(asked()))
    top = found_county(code="330683", name="嵊州市", below=below, outline=county._outline(asked()), at=AT)
    assert (Area.objects.filter(level=TOWN).count(), Area.objects.filter(level=VILLAGE).count()) == (15, 304)
    assert AreaPeriod.objects.count() == 320
    assert not CountyProfile.objects.get().is_demonstration
    assert top.outline is not None
    assert "设立了“嵊州市”" in timeline("area", top.id)[0].sentence
    assert not Person.objects.exists(), "nobody may sign in before the installer says who"
    person = add_first_administrator(username="first", name="第一人", password=PASSWORD, at=AT)
    assert actor_of(person, DAY).may(MANAGE_PEOPLE, top.path)
    with pytest.raises(Refused, match="已经有人任职"):
        add_first_administrator(username="second", name="第二人", password=PASSWORD, at=AT)
    with pytest.raises(Refused, match="已经有一个县"):
        found_county(code="330683", name="嵊州市", below=[], outline=None, at=AT)
    assert Person.objects.count() == Appointment.objects.count() == 1
    assert actor_of(person, DAY).hand.appointment_label == "嵊州市安全管理员"


@pytest.mark.parametrize(
    ("below", "words"),
    [
        ([Planned("330683001001", "330683001", "无主村", VILLAGE)], "不在表里"),
        (
            [Planned("330683001", "330683", "甲镇", TOWN), Planned("330683001", "330683", "乙镇", TOWN)],
            "两次",
        ),
        ([Planned("330683001", "330683", "直属村", VILLAGE)], "不在表里"),
    ],
)
def test_a_table_that_does_not_hang_together_is_refused(below, words):
    with pytest.raises(Refused, match=words):
        found_county(code="330683", name="嵊州市", below=below, outline=None, at=AT)
    assert not Area.objects.exists()


def test_files_of_another_county_are_read_and_bad_ones_explained(tmp_path: Path):
    towns, villages = tmp_path / "towns.csv", tmp_path / "villages.csv"
    towns.write_text("code,name,lon,lat\n330681001,暨阳街道,120.23,29.71\n", "utf-8-sig")
    villages.write_text("code,town_code,name\n330681001001,330681001,浦阳社区\n", "utf-8")
    [town, village] = county._planned(asked(code="330681", towns=towns, villages=villages))
    assert (town.name, village.parent_code) == ("暨阳街道", "330681001")
    assert town.point is not None
    villages.write_text("code,name\n330681001001,浦阳社区\n", "utf-8")
    with pytest.raises(CannotRun, match="town_code"):
        list(county._planned(asked(code="330681", towns=towns, villages=villages)))
    towns.write_bytes("code,name\n1,镇".encode("gb18030"))
    with pytest.raises(CannotRun, match="UTF-8"):
        list(county._planned(asked(code="330681", towns=towns, villages=villages)))
    with pytest.raises(CannotRun, match="一起给"):
        county.run(asked(towns=towns))
    with pytest.raises(CannotRun, match="只有嵊州市"):
        county.run(asked(code="330681"))


def test_the_database_keeps_no_second_county():
    found_county(code="330683", name="嵊州市", below=[], outline=None, at=AT)
    with pytest.raises(IntegrityError, match="area_one_county"):
        Area.objects.create(level="county", code="330624", name="新昌县", path="330624")
