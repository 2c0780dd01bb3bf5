"""重复档案 at the desk: listed, side by side, merged or kept apart, and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT
from minqing.desk.tests.county import Desk
from minqing.journal.models import Entry
from minqing.kernel.roles import GRID_WORKER, VILLAGE_CLERK
from minqing.registry.models import DuplicatePair, Resident, ResidentMerge
from minqing.registry.public import find_duplicates
from minqing.registry.tests.factories import id_number, make_resident

pytestmark = pytest.mark.django_db
BORN = date(1956, 3, 8)


@pytest.fixture
def pair(desk: Desk) -> DuplicatePair:
    said: dict[str, Any] = {"birth_date": BORN, "sex": "male"}
    make_resident(desk.county.grid, "王伯根", id_number=id_number(BORN), occupation="务农", **said)
    make_resident(desk.county.second_grid, "王柏根", phone="13800000001", occupation="护林员", **said)
    find_duplicates(under=desk.county.county, at=AT)
    return DuplicatePair.everything.select_related("first", "second").get()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_list_without_pairs_says_what_will_appear(desk: Desk):
    assert "夜里会自动查找" in text(desk.as_(VILLAGE_CLERK).get(reverse("desk:duplicates")))
    assert desk.as_(GRID_WORKER).get(reverse("desk:duplicates")).status_code == 403


def test_the_list_names_people_and_reasons_and_no_numbers(desk: Desk, pair: DuplicatePair):
    page = text(desk.as_(VILLAGE_CLERK).get(reverse("desk:duplicates")))
    for words in ("王伯根", "王柏根", "姓名同音、出生日期相同"):
        assert words in page
    assert "1380" not in page


def test_side_by_side_is_a_read_of_both_and_numbers_are_masked(desk: Desk, pair: DuplicatePair):
    page = text(desk.as_(VILLAGE_CLERK).get(reverse("desk:duplicate", args=[pair.id])))
    assert "138****0001" in page
    assert "13800000001" not in page
    assert id_number(BORN) not in page
    reads = Entry.objects.filter(is_read=True).values_list("subject_id", flat=True)
    assert set(reads) == {pair.first_id, pair.second_id}


def test_merged_as_chosen_and_taken_back(desk: Desk, pair: DuplicatePair):
    clerk = desk.as_(VILLAGE_CLERK)
    given = {
        "keep": "first", "first_version": 1, "second_version": 1, "take_name": "second", "take_phone": "second",
        "take_occupation": "first",
    }  # fmt: skip
    answer = clerk.post(reverse("desk:duplicate_merge", args=[pair.id]), given)
    assert answer.status_code == 302
    kept = Resident.everything.get(id=pair.first_id)
    assert (kept.name, kept.occupation) == (pair.second.name, pair.first.occupation)
    merge = ResidentMerge.everything.get()
    page = text(clerk.get(reverse("desk:dossier", args=["resident", kept.id]), follow=True))
    assert "这份档案合并过" in page
    undo = reverse("desk:merge_undo", args=[merge.id])
    page = text(clerk.get(reverse("desk:duplicate", args=[pair.id])))
    for words in (
        "两份档案已合并",
        merge.merged_by.name,
        "2026-11-",
        reverse("desk:dossier", args=["resident", kept.id]),
        undo,
    ):
        assert words in page
    assert "是同一个人吗" not in page
    assert "保留哪一份" not in page
    assert 'type="radio"' not in page
    assert clerk.get(undo).status_code == 200
    assert "请写明为什么撤销" in text(clerk.post(undo, {"words": " "}))
    assert clerk.post(undo, {"words": "是叔侄"}).status_code == 302
    assert Resident.everything.get(id=pair.first_id).name == pair.first.name


def test_kept_apart_with_a_word(desk: Desk, pair: DuplicatePair):
    clerk, address = desk.as_(VILLAGE_CLERK), reverse("desk:duplicate_not_same", args=[pair.id])
    assert clerk.post(address, {"words": ""}).status_code == 400
    assert clerk.post(address, {"words": "双胞胎"}).status_code == 302
    assert "双胞胎" in text(clerk.get(reverse("desk:duplicates"), {"state": "not_same"}))
    page = text(clerk.get(reverse("desk:duplicate", args=[pair.id])))
    assert "已核对：不是同一个人" in page
    assert "是同一个人吗" not in page


def test_what_weighs_nothing_is_named_among_the_differences(desk: Desk, pair: DuplicatePair):
    Resident.everything.filter(id=pair.first_id).update(address_note="岭脚东头")
    clerk = desk.as_(VILLAGE_CLERK)
    assert "住址备注只有一份写了" in text(clerk.get(reverse("desk:duplicates")))
    Resident.everything.filter(id=pair.second_id).update(address_note="岭脚西头")
    for address in (reverse("desk:duplicates"), reverse("desk:duplicate", args=[pair.id])):
        page = text(clerk.get(address))
        assert "住址备注不同" in page
        assert "职业不同" in page


def test_what_was_chosen_is_kept_when_somebody_was_quicker(desk: Desk, pair: DuplicatePair):
    given = {"keep": "first", "first_version": 7, "second_version": 1, "take_occupation": "second"}
    answer = desk.as_(VILLAGE_CLERK).post(reverse("desk:duplicate_merge", args=[pair.id]), given)
    assert answer.status_code == 409
    assert 'name="take_occupation" value="second" checked' in text(answer)
    assert not ResidentMerge.everything.exists()


def test_nonsense_is_answered_with_a_sentence(desk: Desk, pair: DuplicatePair):
    clerk, address = desk.as_(VILLAGE_CLERK), reverse("desk:duplicate_merge", args=[pair.id])
    assert "请选择保留哪一份" in text(clerk.post(address, {"keep": "both"}))
    assert clerk.post(address, {"keep": "first", "first_version": "x" * 30}).status_code == 409
