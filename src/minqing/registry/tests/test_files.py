"""Registering, editing, moving, closing: what is kept, what is refused, what is journalled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from minqing.accounts.public import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, DAY, SmallCounty
from minqing.areas.public import Area
from minqing.journal.public import timeline
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.registry import public as registry
from minqing.registry.models import HouseholdMember, Resident, Tag
from minqing.registry.public import (
    EnterpriseInput,
    HouseholdInput,
    PlaceInput,
    ResidentInput,
    SubjectRef,
)
from minqing.registry.tests.factories import (
    id_number,
    live_in,
    make_enterprise,
    make_home,
    make_household,
    make_place,
    make_resident,
    numbers_of,
)

LATER = AT + timedelta(hours=1)


def test_a_resident_is_registered_with_what_the_number_says(county: SmallCounty) -> None:
    by = county.actor(GRID_WORKER)
    number = id_number(date(1950, 2, 3))
    made = registry.add_resident(
        area_id=county.micro_grid.id,
        values=ResidentInput(name=" 裘\u200b阿婆 ", id_number=number.lower(), phone="138 1234 5678"),
        by=by,
        at=AT,
    )
    kept = Resident.everything.get(id=made.id)
    assert (kept.name, kept.name_initials, kept.sex) == ("裘阿婆", "qap", "female")
    assert (kept.birth_date, *numbers_of(kept)) == (date(1950, 2, 3), number, "13812345678")
    assert [line.sentence for line in timeline("resident", made.id)] == ["登记了居民“裘阿婆”"]


def test_sealed_columns_hold_no_plain_text(county: SmallCounty) -> None:
    number = id_number()
    make_resident(county.grid, id_number=number, phone="13812345678")
    make_enterprise(county.grid, phone="13887654321")
    for table in ("resident", "enterprise"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(t)::text, t::text FROM {table} t")
            text = str(cursor.fetchall())
        for secret in (number, "13812345678", "13887654321"):
            assert secret not in text
            assert secret.encode().hex() not in text


def test_the_same_post_twice_is_one_resident_and_another_content_a_conflict(county: SmallCounty) -> None:
    by, key = county.actor(GRID_WORKER), uuid7()
    values = ResidentInput(name="裘阿婆", id_number=id_number())
    first = registry.add_resident(id=key, area_id=county.grid.id, values=values, by=by, at=AT)
    again = registry.add_resident(id=key, area_id=county.grid.id, values=values, by=by, at=LATER)
    assert first.id == again.id
    assert Resident.everything.count() == 1
    with pytest.raises(Conflict):
        registry.add_resident(
            id=key, area_id=county.grid.id, values=replace(values, name="裘阿公"), by=by, at=LATER
        )


def test_a_known_number_is_named_at_home_and_hidden_elsewhere(county: SmallCounty) -> None:
    number = id_number()
    make_resident(county.grid, "裘阿婆", id_number=number)
    at_home, elsewhere = county.actor(GRID_WORKER), county.actor(GRID_WORKER, area=county.far_grid)
    with pytest.raises(Refused, match="裘阿婆") as told:
        registry.add_resident(
            area_id=county.grid.id, values=ResidentInput(name="张三", id_number=number), by=at_home, at=AT
        )
    assert told.value.field == "id_number"
    with pytest.raises(Refused, match="可能已在别处登记") as hidden:
        registry.add_resident(
            area_id=county.far_grid.id,
            values=ResidentInput(name="张三", id_number=number),
            by=elsewhere,
            at=AT,
        )
    assert "裘" not in hidden.value.message


def test_two_people_at_once_the_second_learns_who_was_first(county: SmallCounty) -> None:
    who = make_resident(county.grid, phone="13812345678", id_number=id_number())
    clerk, worker = county.actor(VILLAGE_CLERK), county.actor(GRID_WORKER)
    values = ResidentInput(name="裘阿婆", occupation="种茶")
    registry.edit_resident(resident_id=who.id, version=1, values=values, by=clerk, at=AT)
    with pytest.raises(Conflict, match=clerk.person_name):
        registry.edit_resident(resident_id=who.id, version=1, values=values, by=worker, at=LATER)


def test_an_empty_number_in_an_edit_stays_and_the_form_never_held_it(county: SmallCounty) -> None:
    number = id_number(date(1956, 3, 8))
    who = make_resident(county.grid, phone="13812345678", id_number=number, birth_date=date(1956, 3, 8))
    by = county.actor(GRID_WORKER)
    opened = registry.edit_values(SubjectRef("resident", who.id), by)
    assert "id_number" not in opened.values
    assert "phone" not in opened.values
    assert opened.masked == {"id_number": "330683************", "phone": "138****5678"}
    form = registry.ResidentForm(
        {"name": "裘阿婆", "presence": "here", "occupation": "种茶", "version": opened.version},
        masked=opened.masked,
    )
    assert form.is_valid(), form.errors
    assert number not in str(form)
    registry.edit_resident(resident_id=who.id, version=opened.version, values=form.as_input(), by=by, at=AT)
    kept = Resident.everything.get(id=who.id)
    assert (*numbers_of(kept), kept.occupation, kept.version) == (number, "13812345678", "种茶", 2)
    values = ResidentInput(name="裘阿婆", birth_date=date(1957, 3, 8))
    with pytest.raises(Refused, match="不一致"):
        registry.edit_resident(resident_id=who.id, version=2, values=values, by=by, at=AT)
    gone = ResidentInput(name="裘阿婆", forget=frozenset({"phone"}))
    registry.edit_resident(resident_id=who.id, version=2, values=gone, by=by, at=AT)
    kept.refresh_from_db()
    assert (numbers_of(kept)[1], kept.phone_index) == ("", None)
    said = timeline("resident", who.id)[-1].sentence
    assert "138****5678" in said
    assert "13812345678" not in said


def test_a_neighbouring_village_sees_nothing(county: SmallCounty) -> None:
    home, (who, *_) = make_home(county.grid, "裘阿婆", "裘小满")
    others = (make_enterprise(county.grid), make_place(county.grid))
    stranger = county.actor(GRID_WORKER, area=county.neighbour_grid)
    for row in (who, home, *others):
        ref = SubjectRef(row.subject_kind, row.id)
        assert registry.subjects([ref], county.actor(GRID_WORKER))
        assert not registry.subjects([ref], stranger)
        assert not registry.search(stranger, kind=ref.kind, today=DAY).rows
        with pytest.raises(NotThere):
            registry.subject(ref.kind, ref.id, stranger)
        with pytest.raises(NotThere):
            registry.open_dossier(ref=ref, purpose="好奇", by=stranger, at=AT)
    with pytest.raises(NotThere):
        registry.edit_resident(
            resident_id=who.id, version=1, values=ResidentInput(name="改"), by=stranger, at=AT
        )
    with pytest.raises(NotThere):
        registry.move_in(resident_id=who.id, household_id=home.id, relation="son", by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        registry.add_household(
            area_id=county.grid.id, values=HouseholdInput(address="一号"), by=stranger, at=AT
        )


def test_who_only_works_on_cases_sees_no_dossier(county: SmallCounty) -> None:
    from minqing.accounts.public import AUDITOR, FOLLOW_UP_CALLER, HANDLER, REVIEWER

    who = make_resident(county.grid)
    for role in (AUDITOR, FOLLOW_UP_CALLER, HANDLER, REVIEWER):
        with pytest.raises(NotThere):
            registry.subject("resident", who.id, county.actor(role))
    dispatcher = county.actor(TOWN_DISPATCHER)
    assert registry.subject("resident", who.id, dispatcher).name == "裘阿婆"
    with pytest.raises(NotAllowed):
        registry.edit_resident(
            resident_id=who.id, version=1, values=ResidentInput(name="改"), by=dispatcher, at=AT
        )


def test_a_closed_area_takes_nobody(county: SmallCounty) -> None:
    Area.objects.filter(id=county.grid.id).update(closed_at=AT)
    by = county.actor(GRID_WORKER)
    with pytest.raises(Refused, match="已撤销"):
        registry.add_resident(area_id=county.grid.id, values=ResidentInput(name="裘阿婆"), by=by, at=AT)
    clerk = county.actor(VILLAGE_CLERK)
    with pytest.raises(Refused, match="网格"):
        registry.add_household(
            area_id=county.village.id, values=HouseholdInput(address="一号"), by=clerk, at=AT
        )


def test_a_household_moves_with_everyone_in_it(county: SmallCounty) -> None:
    home, people = make_home(county.grid, "裘阿公", "裘阿婆")
    clerk = county.actor(VILLAGE_CLERK)
    registry.add_tag(
        subject=SubjectRef("resident", people[0].id),
        kind_key="veteran",
        reason="1968 年入伍",
        by=clerk,
        at=AT,
    )
    registry.edit_household(
        household_id=home.id, version=1, values=HouseholdInput(address=home.address), by=clerk, at=AT,
        area_id=county.second_grid.id,
    )  # fmt: skip
    assert set(Resident.everything.values_list("area_id", flat=True)) == {county.second_grid.id}
    assert Tag.everything.get().area_id == county.second_grid.id
    with pytest.raises(Refused, match="随户走"):
        registry.edit_resident(
            resident_id=people[0].id, version=1, values=ResidentInput(name="裘阿公"), by=clerk, at=AT,
            area_id=county.grid.id,
        )  # fmt: skip


def test_moving_in_leaves_the_old_household_and_keeps_history(county: SmallCounty) -> None:
    old, (head, child) = make_home(county.grid, "裘阿公", "裘小满")
    new = make_household(county.second_grid, "举坑村 30 号")
    clerk = county.actor(VILLAGE_CLERK)
    registry.move_in(resident_id=child.id, household_id=new.id, relation="head", by=clerk, at=AT)
    assert HouseholdMember.objects.filter(resident=child, ends_on=None).get().household_id == new.id
    child.refresh_from_db()
    assert child.area_id == county.second_grid.id
    opened = registry.dossier(SubjectRef("resident", child.id), clerk, AT)
    assert opened.household is not None
    assert opened.household.name == "裘小满户"
    assert [home.id for home, _, _ in opened.former_homes] == [old.id]
    with pytest.raises(Refused, match="已有户主（裘小满）"):
        registry.move_in(resident_id=head.id, household_id=new.id, relation="head", by=clerk, at=AT)
    registry.move_in(resident_id=head.id, household_id=new.id, relation="father", by=clerk, at=AT)
    registry.set_head(household_id=new.id, resident_id=head.id, before_becomes="son", by=clerk, at=LATER)
    members = registry.dossier(SubjectRef("household", new.id), clerk, AT).members
    assert [(m.view.name, m.relation_label) for m in members] == [("裘阿公", "户主"), ("裘小满", "子")]
    registry.move_out(resident_id=child.id, by=clerk, at=LATER)
    with pytest.raises(Refused, match="不在任何一户"):
        registry.move_out(resident_id=child.id, by=clerk, at=LATER)
    with pytest.raises(Refused, match="还有 1 人"):
        registry.close_household(
            household_id=new.id, version=registry.edit_values(SubjectRef("household", new.id), clerk).version,
            on=DAY, by=clerk, at=LATER,
        )  # fmt: skip


def test_the_dead_leave_their_household_and_their_tags_end(county: SmallCounty) -> None:
    home, (who, _) = make_home(county.grid, "裘阿公", "裘阿婆")
    by = county.actor(GRID_WORKER)
    ref = SubjectRef("resident", who.id)
    registry.add_tag(subject=ref, kind_key="very_old", reason="满 90 岁", by=by, at=AT)
    with pytest.raises(Refused, match="今天之后"):
        registry.resident_gone(
            resident_id=who.id, version=1, how="died", on=DAY + timedelta(days=1), by=by, at=AT
        )
    registry.resident_gone(resident_id=who.id, version=1, how="died", on=DAY, reason="病故", by=by, at=AT)
    opened = registry.dossier(ref, by, AT)
    assert opened.closed_words == "2026-11-20 去世：病故"
    assert not opened.tags
    assert not opened.may_edit
    assert not HouseholdMember.objects.filter(resident=who, ends_on=None).exists()
    with pytest.raises(Refused, match="已经注销"):
        registry.edit_resident(resident_id=who.id, version=2, values=ResidentInput(name="改"), by=by, at=AT)
    registry.resident_back(resident_id=who.id, version=2, by=by, at=LATER)
    assert registry.search(by, "裘阿公", today=DAY).total == 1
    assert registry.dossier(SubjectRef("household", home.id), by, AT).former_members[0].view.id == who.id


def test_sensitive_tags_end_and_are_seen_by_those_who_knock_at_the_door(county: SmallCounty) -> None:
    who = make_resident(county.grid)
    ref, by = SubjectRef("resident", who.id), county.actor(GRID_WORKER)
    with pytest.raises(Refused, match="截止日期"):
        registry.add_tag(subject=ref, kind_key="minimum_living", reason="镇民政认定", by=by, at=AT)
    tag = registry.add_tag(
        subject=ref, kind_key="minimum_living", reason="镇民政认定", by=by, at=AT, ends_on=date(2027, 6, 30)
    )
    dispatcher = county.actor(TOWN_DISPATCHER)
    assert [t.label for t in registry.dossier(ref, by, AT).tags] == ["低保"]
    assert not registry.dossier(ref, dispatcher, AT).tags
    assert not registry.search(dispatcher, tag="minimum_living", today=DAY).rows
    assert registry.search(by, tag="minimum_living", today=DAY).rows[0].tags == ("低保",)
    assert "低保" not in "".join(line.sentence for line in timeline("resident", who.id))
    with pytest.raises(Refused, match="已经有"):
        registry.add_tag(
            subject=ref, kind_key="minimum_living", reason="又一次", by=by, at=AT, ends_on=date(2027, 6, 30)
        )
    registry.end_tag(tag_id=tag.id, reason="收入提高", by=by, at=LATER)
    assert not registry.dossier(ref, by, AT).tags
    with pytest.raises(Refused, match="不用于居民"):
        registry.add_tag(subject=ref, kind_key="start_up", reason="看看", by=by, at=AT)


def test_a_tag_that_ran_out_makes_way_for_a_new_one(county: SmallCounty) -> None:
    ref, by = SubjectRef("resident", make_resident(county.grid).id), county.actor(GRID_WORKER)

    def tag(at: datetime, until: date) -> None:
        registry.add_tag(
            subject=ref, kind_key="low_income_edge", reason="镇民政认定", by=by, at=at, ends_on=until
        )

    tag(AT, DAY)
    tomorrow = AT + timedelta(days=1)
    assert not registry.dossier(ref, by, tomorrow).tags
    tag(tomorrow, DAY + timedelta(days=30))
    assert len(registry.dossier(ref, by, tomorrow).tags) == 1


def test_opening_a_dossier_is_one_entry_and_a_list_is_none(county: SmallCounty) -> None:
    who, by = make_resident(county.grid, id_number=id_number()), county.actor(GRID_WORKER)
    registry.search(by, "裘", today=DAY)
    ref = SubjectRef("resident", who.id)
    opened = registry.open_dossier(ref=ref, purpose="走访前查看", by=by, at=AT)
    assert id_number() not in str(opened)
    reads = [line for line in timeline("resident", who.id, reads=True) if line.kind == "journal.file_opened"]
    assert [line.sentence for line in reads] == ["查看了档案：走访前查看"]


def test_enterprises_and_places(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    firm = registry.add_enterprise(
        area_id=county.village.id,
        values=EnterpriseInput(name="谷来香榧合作社", uscc="91330100799655058b", phone="0575-83021234"),
        by=by,
        at=AT,
    )
    assert firm.uscc == "91330100799655058B"
    with pytest.raises(Refused, match="谷来香榧合作社") as refused:
        registry.add_enterprise(
            area_id=county.grid.id, values=EnterpriseInput(name="另一家", uscc=firm.uscc), by=by, at=AT
        )
    assert refused.value.field == "uscc"
    registry.edit_enterprise(
        enterprise_id=firm.id, version=1, values=EnterpriseInput(name=firm.name, uscc=firm.uscc), by=by, at=AT
    )
    firm.refresh_from_db()
    assert firm.version == 1  # nothing changed
    registry.edit_enterprise(
        enterprise_id=firm.id, version=1, by=by, at=AT,
        values=EnterpriseInput(name=firm.name, uscc=firm.uscc, industry="坚果加工"),
    )  # fmt: skip
    assert timeline("enterprise", firm.id)[-1].sentence == "修改了行业由“空”改为“坚果加工”"
    place = registry.add_place(
        area_id=county.village.id, values=PlaceInput(name="文化礼堂", kind="hall"), by=by, at=AT
    )
    registry.close_place(place_id=place.id, version=1, on=DAY, reason="改建", by=by, at=AT)
    assert not registry.search(by, kind="place", today=DAY).rows
    assert registry.search(by, kind="place", closed=True, today=DAY).total == 1


def test_finding_by_name_initials_address_and_whole_numbers(county: SmallCounty) -> None:
    home, (who, _) = make_home(county.grid, "裘阿婆", "裘小满", address="举坑村香榧路 8 号")
    number = id_number()
    other = make_resident(county.second_grid, "买买提·吐尔逊", id_number=number, phone="13812345678")
    by = county.actor(VILLAGE_CLERK)
    for text in ("裘阿", "阿婆", "qap", "QAP", "香榧路 裘阿"):
        assert [row.view.id for row in registry.search(by, text, today=DAY).rows] == [who.id]
    assert registry.search(by, "香榧路", kind="household", today=DAY).rows[0].view.name == "裘阿婆户"
    assert registry.search(by, "裘阿婆", kind="household", today=DAY).rows[0].view.id == home.id
    assert registry.search(by, area=county.second_grid, today=DAY).total == 1
    for value in (number, number.lower(), "138 1234 5678"):
        assert [row.view.id for row in registry.find_exact(by, value, today=DAY)] == [other.id]
    assert not registry.find_exact(county.actor(GRID_WORKER), number, today=DAY)
    assert not registry.find_exact(by, "", today=DAY)
    assert {kind: page.total for kind, page in registry.search_everything(by, "裘阿", today=DAY).items()} == {
        "resident": 1, "household": 1, "enterprise": 0, "place": 0,
    }  # fmt: skip
    live_in(make_household(county.grid, "x"), other, "head")
    page = registry.households_of(by, county.village, today=DAY)
    assert [(len(line.members), line.row.view.address) for line in page.households] == [
        (1, "x"), (2, "举坑村香榧路 8 号"),
    ]  # fmt: skip
