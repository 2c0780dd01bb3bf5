"""Files of one person are found with reasons, judged, merged field by field, and a merge is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.journal.public import timeline
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, REGISTRAR, VILLAGE_CLERK
from minqing.registry import public as registry
from minqing.registry import vault
from minqing.registry.events import SubjectEdited
from minqing.registry.models import (
    DuplicatePair,
    Household,
    HouseholdMember,
    Identity,
    Resident,
    ResidentMerge,
    Tag,
)
from minqing.registry.models.subjects import id_index
from minqing.registry.services.duplicates import Found, find_duplicates, judge_not_same
from minqing.registry.services.merging import forget_merges, merge_residents, undo_merge
from minqing.registry.tests.factories import id_number, live_in, make_home, make_household, make_resident

pytestmark = pytest.mark.django_db
BORN = date(1956, 3, 8)
NUMBER = id_number(BORN)


@pytest.fixture
def county() -> SmallCounty:
    return small_county()


def person(county: SmallCounty, name: str = "王伯根", **said: Any) -> Resident:
    return make_resident(said.pop("area", county.grid), name, **{"birth_date": BORN, "sex": "male", **said})


def find(county: SmallCounty, *, later: int = 0) -> Found:
    return find_duplicates(under=county.county, at=AT + timedelta(minutes=later))


def numbers(row: Resident) -> vault.IdentityValues:
    return vault.identities_under([row.id], ["330683"]).get(row.id, vault.IdentityValues())


def fresh(row: Resident) -> Resident:
    return Resident.everything.get(id=row.id)


@dataclass
class Two:
    """A pair at hand: the older file with the number, the newer with the telephone and another home."""

    old: Resident
    new: Resident
    pair: DuplicatePair
    home: Household
    other_home: Household

    def merge(
        self, by: Any, *theirs: str, keep: Resident | None = None, stale: bool = False
    ) -> ResidentMerge:
        versions: Mapping[UUID, int] = {one.id: fresh(one).version - stale for one in (self.old, self.new)}
        return merge_residents(
            pair_id=self.pair.id,
            keep=(keep or self.old).id,
            theirs=frozenset(theirs),
            versions=versions,
            by=by,
            at=AT,
        )


@pytest.fixture
def two(county: SmallCounty) -> Two:
    home, _ = make_home(county.grid, "裘大爷", address="举坑村 12 号")
    other_home = make_household(county.second_grid, "举坑村 40 号")
    old = person(county, id_number=NUMBER, occupation="务农")
    live_in(home, old, "other_kin")
    new = person(county, "王柏根", area=county.second_grid, phone="13800000001", occupation="护林员")
    live_in(other_home, new)
    find(county)
    return Two(old, new, DuplicatePair.everything.get(), home, other_home)


def test_a_pair_is_offered_with_its_reasons_and_without_values(two: Two) -> None:
    assert set(two.pair.reasons) >= {"姓名同音", "出生日期相同", "在同一个村（社区）"}
    assert two.pair.state == "open"
    assert two.pair.first_id < two.pair.second_id


def test_looking_again_offers_nothing_twice_and_withdraws_what_no_longer_holds(
    county: SmallCounty, two: Two
) -> None:
    assert find(county, later=1).withdrawn == 0
    assert DuplicatePair.everything.count() == 1
    Resident.everything.filter(id=two.new.id).update(
        birth_date=date(1990, 1, 1), name="李四", name_initials="ls"
    )
    assert find(county, later=2).withdrawn == 1


def test_two_numbers_that_differ_keep_namesakes_apart(county: SmallCounty) -> None:
    person(county, id_number=NUMBER)
    person(county, id_number=id_number(BORN, nth=77))
    weighed = find(county)
    assert weighed.weighed == 1
    offered = DuplicatePair.everything.count()
    differs = sum(a != b for a, b in zip(NUMBER[14:17], id_number(BORN, nth=77)[14:17], strict=True))
    assert offered == (1 if differs == 1 else 0)


def test_an_offices_telephone_says_nothing(county: SmallCounty) -> None:
    for nth in range(30):
        person(county, f"租客{chr(0x4E10 + nth)}", birth_date=date(1970 + nth, 1, 2), phone="13800000009")
    assert find(county).weighed < 30


def test_half_a_pair_is_seen_by_nobody(county: SmallCounty) -> None:
    person(county)
    person(county, area=county.far_grid)
    find(county)
    pair = DuplicatePair.everything.get()
    assert not DuplicatePair.objects.visible_to(county.actor(VILLAGE_CLERK)).exists()
    assert DuplicatePair.objects.visible_to(county.actor(REGISTRAR)).exists()
    with pytest.raises(NotThere):
        judge_not_same(pair_id=pair.id, words="叔侄", by=county.actor(VILLAGE_CLERK), at=AT)
    with pytest.raises(NotAllowed):
        judge_not_same(pair_id=pair.id, words="叔侄", by=county.actor(GRID_WORKER), at=AT)


def test_not_the_same_is_remembered(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    with pytest.raises(Refused, match="怎么核实"):
        judge_not_same(pair_id=two.pair.id, words=" ", by=by, at=AT)
    judge_not_same(pair_id=two.pair.id, words="叔侄，当面问过", by=by, at=AT)
    find(county, later=5)
    assert DuplicatePair.everything.get().state == "not_same"
    assert "不是同一人：叔侄，当面问过" in timeline("resident", two.old.id)[-1].sentence
    with pytest.raises(Refused, match="已经有人处理过"):
        two.merge(by)


def test_each_field_comes_from_the_file_that_was_chosen(county: SmallCounty, two: Two) -> None:
    two.merge(county.actor(VILLAGE_CLERK), "name", "phone")
    kept, gone = fresh(two.old), fresh(two.new)
    assert (kept.name, kept.name_initials[0], kept.occupation) == ("王柏根", "w", "务农")
    assert numbers(kept) == vault.IdentityValues(NUMBER, "13800000001")
    assert (gone.merged_into_id, gone.how_gone, gone.closed_on) == (kept.id, "merged", date(2026, 11, 20))
    assert "采用那一份的姓名、电话" in timeline("resident", kept.id)[-1].sentence
    assert "13800000001" not in str([one.sentence for one in timeline("resident", kept.id)])


def test_the_number_goes_over_without_a_moment_on_both(county: SmallCounty, two: Two) -> None:
    two.merge(county.actor(VILLAGE_CLERK), "id_number", keep=two.new)
    assert bytes(fresh(two.new).id_index or b"") == id_index(NUMBER)
    assert fresh(two.old).id_index is None


def test_merging_a_person_moves_no_household(county: SmallCounty, two: Two) -> None:
    before = list(Household.everything.order_by("id").values_list("id", "area_id", "closed_on", "version"))
    two.merge(county.actor(VILLAGE_CLERK))
    assert (
        list(Household.everything.order_by("id").values_list("id", "area_id", "closed_on", "version"))
        == before
    )
    assert HouseholdMember.objects.get(resident=two.old, ends_on=None).household_id == two.home.id
    assert not HouseholdMember.objects.filter(resident=two.new, ends_on=None).exists()


def test_the_home_of_the_other_file_may_be_chosen(county: SmallCounty, two: Two) -> None:
    two.merge(county.actor(VILLAGE_CLERK), "household")
    assert HouseholdMember.objects.get(resident=two.old, ends_on=None).household_id == two.other_home.id
    kept = fresh(two.old)
    assert kept.area_id == county.second_grid.id
    with vault.scope(["330683"]):
        assert Identity.objects.unscoped("a look into the vault").get(resident=kept).area_id == kept.area_id


def test_tags_go_over_but_for_those_already_there(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    for row, key in ((two.old, "veteran"), (two.new, "veteran"), (two.new, "living_alone")):
        ref = registry.SubjectRef("resident", row.id)
        registry.add_tag(subject=ref, kind_key=key, reason="核实过", by=by, at=AT)
    merge = two.merge(by)
    held = Tag.everything.filter(subject_id=two.old.id, ended_at=None).values_list("kind__key", flat=True)
    assert sorted(held) == ["living_alone", "veteran"]
    undo_merge(merge_id=merge.id, words="不是同一人", by=by, at=AT)
    assert list(
        Tag.everything.filter(subject_id=two.old.id, ended_at=None).values_list("kind__key", flat=True)
    ) == ["veteran"]


def test_taken_back_everything_is_as_it_was(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    plain = ("name", "name_initials", "occupation", "birth_date", "sex", "how_gone", "closed_on", "area_id")
    was = [[getattr(fresh(one), name) for name in plain] for one in (two.old, two.new)]
    held = [numbers(two.old), numbers(two.new)]
    merge = two.merge(by, "name", "phone", "id_number", "occupation", "household")
    _, stayed = undo_merge(merge_id=merge.id, words="两个人", by=by, at=AT + timedelta(days=29))
    assert stayed == []
    assert [[getattr(fresh(one), name) for name in plain] for one in (two.old, two.new)] == was
    assert [numbers(two.old), numbers(two.new)] == held
    assert bytes(fresh(two.old).id_index or b"") == id_index(NUMBER)
    homes = {one.resident_id: one.household_id for one in HouseholdMember.objects.filter(ends_on=None)}
    assert (homes[two.old.id], homes[two.new.id]) == (two.home.id, two.other_home.id)
    find(county, later=9)
    assert DuplicatePair.everything.get().state == "not_same"


def test_what_was_edited_since_stays_and_is_named(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    merge = two.merge(by, "occupation")
    Resident.everything.filter(id=two.old.id).update(occupation="退休")
    _, stayed = undo_merge(merge_id=merge.id, words="两个人", by=by, at=AT)
    assert stayed == ["职业"]
    assert fresh(two.old).occupation == "退休"
    assert fresh(two.new).occupation == "护林员"


def test_after_a_month_the_old_values_are_gone_and_so_is_the_way_back(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    merge = two.merge(by)
    later = AT + timedelta(days=31)
    with pytest.raises(Refused, match="超过 30 天"):
        undo_merge(merge_id=merge.id, words="两个人", by=by, at=later)
    assert forget_merges(later) == 1
    assert ResidentMerge.everything.get().before is None


def test_somebody_who_edited_meanwhile_is_not_run_over(county: SmallCounty, two: Two) -> None:
    with pytest.raises(Conflict):
        two.merge(county.actor(VILLAGE_CLERK), stale=True)
    assert fresh(two.new).closed_on is None


def test_a_merge_is_taken_back_once(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    merge = two.merge(by)
    undo_merge(merge_id=merge.id, words="两个人", by=by, at=AT)
    with pytest.raises(Refused, match="已经撤销"):
        undo_merge(merge_id=merge.id, words="两个人", by=by, at=AT)


def test_a_merged_file_is_not_opened_again_by_itself(county: SmallCounty, two: Two) -> None:
    by = county.actor(VILLAGE_CLERK)
    two.merge(by)
    gone = fresh(two.new)
    with pytest.raises(Refused, match="撤销合并"):
        registry.resident_back(resident_id=gone.id, version=gone.version, by=by, at=AT)


def test_numbers_that_differ_under_the_mask_are_still_chosen_between(county: SmallCounty) -> None:
    one, other = (person(county, phone=number) for number in ("13800001111", "13899991111"))
    find(county)
    pair = DuplicatePair.everything.get()
    by = county.actor(VILLAGE_CLERK)
    [phone] = [it for it in registry.side_by_side(pair.id, by, AT).fields if it.key == "phone"]
    assert phone.differs
    assert phone.first == phone.second == "138****1111（遮住的部分不同）"
    assert {pair.first_id, pair.second_id} == {one.id, other.id}


def test_a_changed_number_says_so_though_both_look_alike() -> None:
    masked = "330683************"
    said = SubjectEdited.rebuilt(
        subject_kind="resident", subject_id=uuid7(), area_id=uuid7(),
        values={"labels": ["证件号"], "changes": [["证件号", masked, masked], ["姓名", "", "张三"]]},
    )  # fmt: skip
    assert said.sentence() == f"修改了证件号（{masked}，遮住的部分不同），姓名由“空”改为“张三”"
