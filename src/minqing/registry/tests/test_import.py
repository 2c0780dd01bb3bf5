"""Spreadsheets: what comes in, what is refused with which sentence, and that the same file changes nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from openpyxl import Workbook

from minqing.accounts.public import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, SmallCounty, make_area
from minqing.areas.public import Area
from minqing.journal.public import Entry, timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.roles import REGISTRAR
from minqing.registry import public as registry
from minqing.registry.models import (
    Enterprise,
    Household,
    HouseholdMember,
    ImportBatch,
    ImportRow,
    Resident,
    Tag,
)
from minqing.registry.queries.imports import neutral
from minqing.registry.tests.factories import id_number, make_enterprise, make_home, make_resident, numbers_of

HEADER = (
    "所属网格",
    "户编号",
    "户主证件号",
    "与户主关系",
    "姓名",
    "性别",
    "证件号",
    "出生日期",
    "电话",
    "住址",
    "标签",
)
LATER = AT + timedelta(hours=1)
HE, SHE, CHILD = (
    id_number(date(1950, 1, 2), sex="male"),
    id_number(date(1952, 3, 4)),
    id_number(date(2010, 5, 6)),
)
GOOD = [
    (
        "举坑村第一网格",
        "H1",
        "",
        "户主",
        "裘阿公",
        "男",
        HE,
        "1950-01-02",
        "13812345678",
        "举坑村 12 号",
        "党员",
    ),
    ("举坑村第一网格", "H1", "", "妻", "钱阿婆", "", SHE, "", "", "", ""),
    ("33068310620101", "", HE, "孙女", "裘小满", "女", CHILD, "2010年5月6日", "", "", ""),
]


def sheet(
    rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER, name: str = "名册.xlsx"
) -> SimpleUploadedFile:
    book = Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def stage(by: Actor, rows: Sequence[Sequence[object]], kind: str = "residents", **more: Any) -> ImportBatch:
    return registry.stage_import(upload=sheet(rows, **more), kind=kind, by=by, at=AT)


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    return batch.new, batch.changed, batch.unchanged, batch.bad


def sentences(batch: ImportBatch, by: Actor) -> list[tuple[int, str, str]]:
    return [(line.number, line.column, line.sentence) for line in registry.error_rows(batch.id, by)]


def bring_in(
    by: Actor, rows: Sequence[Sequence[object]], kind: str = "residents", **more: Any
) -> ImportBatch:
    return registry.apply_import(batch_id=stage(by, rows, kind, **more).id, by=by, at=LATER)


def test_a_family_comes_in_and_the_same_file_again_changes_nothing(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    staged = stage(by, GOOD)
    assert counts(staged) == (3, 0, 0, 0)
    assert Resident.everything.count() == 0
    applied = registry.apply_import(batch_id=staged.id, by=by, at=LATER)
    assert counts(applied) == (3, 0, 0, 0)
    home = Household.everything.get()
    assert (home.code, home.address, home.area_id) == ("H1", "举坑村 12 号", county.grid.id)
    members = HouseholdMember.objects.filter(household=home, ends_on=None).order_by("id")
    assert [(m.resident.name, m.relation) for m in members] == [
        ("裘阿公", "head"), ("钱阿婆", "spouse"), ("裘小满", "granddaughter"),
    ]  # fmt: skip
    he = Resident.everything.get(name="裘阿公")
    assert (*numbers_of(he), he.sex, he.name_initials) == (HE, "13812345678", "male", "qag")
    assert Tag.everything.get().subject_id == he.id
    again = stage(by, GOOD)
    assert counts(again) == (0, 0, 3, 0)
    assert registry.preview(again.id, by).summary.startswith("0 行有变化")
    before = Entry.objects.count()
    registry.apply_import(batch_id=again.id, by=by, at=LATER)
    assert Entry.objects.count() == before + 1
    he.refresh_from_db()
    assert he.version == 1
    twice = registry.apply_import(batch_id=staged.id, by=by, at=LATER)
    assert counts(twice) == (3, 0, 0, 0)
    assert Resident.everything.count() == 3


def test_changes_are_shown_masked_then_written_with_their_entries(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    bring_in(by, GOOD)
    changed = [list(row) for row in GOOD]
    changed[0][8], changed[0][9] = "13887654321", "举坑村 14 号"
    changed[1][4] = "钱阿奶"
    changed[2][10] = "退役军人"
    staged = stage(by, changed)
    assert counts(staged) == (0, 3, 0, 0)
    shown = {row.number: row.changes for row in registry.preview(staged.id, by).rows}
    assert shown[2] == (("电话", "（原来的）", "138****4321"), ("住址", "举坑村 12 号", "举坑村 14 号"))
    assert shown[3] == (("姓名", "钱阿婆", "钱阿奶"),)
    assert shown[4] == (("标签", "", "退役军人"),)
    registry.apply_import(batch_id=staged.id, by=by, at=LATER)
    he = Resident.everything.get(name="裘阿公")
    assert (numbers_of(he), he.version) == ((HE, "13887654321"), 2)
    assert registry.find_exact(by, "13887654321", today=date(2026, 11, 20))[0].view.id == he.id
    assert Household.everything.get().address == "举坑村 14 号"
    assert "138****4321" in timeline("resident", he.id)[-1].sentence
    assert counts(stage(by, changed)) == (0, 0, 3, 0)


def test_blank_cells_keep_what_is_on_file(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    bring_in(by, GOOD)
    bare = [("举坑村第一网格", "H1", "", "户主", "裘阿公", "", HE, "", "", "", "")]
    assert counts(stage(by, bare)) == (0, 0, 1, 0)


BAD_ROWS: list[tuple[int, object, str, str]] = [
    (0, "没有这个网格", "所属网格", "没有“没有这个网格”这个网格"),
    (0, "护国岭村第一网格", "所属网格", "不在您的辖区内"),
    (0, "举坑村", "所属网格", "是村（社区），请填到网格一级"),
    (0, "", "所属网格", "没有填"),
    (3, "邻居", "与户主关系", "认不出来"),
    (3, "", "与户主关系", "没有填"),
    (4, "", "姓名", "没有填"),
    (4, "\u200b\u200d", "姓名", "没有填"),
    (4, "王" * 51, "姓名", "太长"),
    (4, "@SUM(1)", "姓名", "数字或符号"),
    (5, "女", "性别", "与证件号里的不一致"),
    (5, "未知", "性别", "认不出来"),
    (6, HE[:-1] + ("0" if HE[-1] != "0" else "1"), "证件号", "校验位"),
    (6, HE[:15], "证件号", "15 位旧号"),
    (6, 3.30683195001e17, "证件号", "存成了数字"),
    (7, "1950-01-03", "出生日期", "与证件号里的不一致"),
    (7, "2031-01-01", "出生日期", "今天之后"),
    (7, "某天", "出生日期", "1990-01-31"),
    (8, "1381234567", "电话", "少 1 位"),
    (8, "没电话", "电话", "数字以外"),
    (9, "", "住址", "新登记的一户要填住址"),
    (10, "首富", "标签", "没有“首富”"),
    (10, "低保", "标签", "敏感标签"),
    (9, "长" * 600, "住址", "太长"),
]


@pytest.mark.parametrize(("at", "value", "column", "says"), BAD_ROWS)
def test_every_bad_cell_gets_its_sentence_by_row_and_column(
    county: SmallCounty, at: int, value: object, column: str, says: str
) -> None:
    by = county.actor(VILLAGE_CLERK)
    row: list[object] = list(GOOD[0])
    row[at] = value
    batch = stage(by, [row])
    assert counts(batch) == (0, 0, 0, 1)
    found = sentences(batch, by)
    assert any(number == 2 and col == column and says in text for number, col, text in found), found
    assert counts(registry.apply_import(batch_id=batch.id, by=by, at=LATER)) == (0, 0, 0, 1)
    assert not Resident.everything.exists()
    assert not Household.everything.exists()


def test_good_rows_go_in_and_bad_ones_are_listed(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    bad = ("举坑村第一网格", "H2", "", "户主", "王2", "", "", "1990-01-01", "", "x", "")
    batch = bring_in(by, [*GOOD, bad])
    assert counts(batch) == (3, 0, 0, 1)
    assert sentences(batch, by) == [(5, "姓名", "姓名里有数字或符号，请核对。")]
    assert ImportRow.objects.filter(batch=batch).count() == 1  # what went in is no longer kept here
    text = "".join(registry.error_csv(batch.id, by))
    assert text.startswith("\ufeff行号,列,程度,问题\r\n5,姓名,")
    assert neutral("=1+1") == "'=1+1"
    assert neutral("-2") == "'-2"


def test_rows_of_one_household_are_judged_together(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    two_heads = [GOOD[0], ("举坑村第一网格", "H1", "", "户主", "钱阿婆", "", SHE, "", "", "举坑村 12 号", "")]
    batch = stage(by, two_heads)
    assert counts(batch) == (0, 0, 0, 2)
    assert "同一户填了 2 个户主（第 2 行、第 3 行）" in sentences(batch, by)[0][2]
    twice = stage(by, [GOOD[0], ("举坑村第二网格", "H9", "", "户主", "裘阿公", "", HE, "", "", "x", "")])
    assert counts(twice) == (1, 0, 0, 1)
    assert "与第 2 行的证件号相同" in sentences(twice, by)[0][2]
    bad_head = [list(GOOD[0]), list(GOOD[1])]
    bad_head[0][4] = ""
    waiting = stage(by, bad_head)
    assert counts(waiting) == (0, 0, 0, 2)
    assert "户主（第 2 行）有错误" in sentences(waiting, by)[1][2]
    orphan = stage(by, [GOOD[2]])
    assert "没有找到这位户主的户" in sentences(orphan, by)[0][2]
    elsewhere = [GOOD[0], ("举坑村第二网格", "H1", "", "配偶", "钱阿婆", "", SHE, "", "", "", "")]
    assert "不在同一个网格" in sentences(stage(by, elsewhere), by)[0][2]
    headless = stage(by, [("举坑村第一网格", "H7", "", "配偶", "钱阿婆", "", SHE, "", "", "x", "")])
    assert counts(headless) == (1, 0, 0, 0)
    assert "还没有户主" in sentences(headless, by)[0][2]


def test_another_head_comes_only_with_the_former_one(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    bring_in(by, GOOD)
    she = ("举坑村第一网格", "H1", "", "户主", "钱阿婆", "", SHE, "", "", "", "")
    he = ("举坑村第一网格", "H1", "", "配偶", "裘阿公", "", HE, "", "", "", "")
    assert "登记的户主是另一个人" in sentences(stage(by, [she]), by)[0][2]
    assert "就没有户主了" in sentences(stage(by, [he]), by)[0][2]
    assert counts(bring_in(by, [she, he])) == (0, 2, 0, 0)
    home = Household.everything.get()
    head = HouseholdMember.objects.get(household=home, relation="head", ends_on=None)
    assert head.resident.name == "钱阿婆"
    assert HouseholdMember.objects.filter(household=home).count() == 5  # history keeps both


def test_somebody_of_another_village_is_refused_without_saying_whose(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    make_resident(county.neighbour_grid, "王保密", id_number=HE)
    batch = stage(by, [GOOD[0]])
    (found,) = sentences(batch, by)
    assert "可能已在别处登记" in found[2]
    assert "王保密" not in str(found)
    assert "护国岭" not in str(found)
    town = county.actor(TOWN_DISPATCHER)
    assert counts(stage(town, [GOOD[0]])) == (0, 1, 0, 0)


def test_a_closed_grid_a_shared_name_and_a_village_in_front(county: SmallCounty) -> None:
    make_area(county.neighbour, "33068310620202", "举坑村第二网格")
    Area.objects.filter(id=county.grid.id).update(closed_at=AT)
    town = county.actor(TOWN_DISPATCHER)
    assert "已撤销" in sentences(stage(town, [GOOD[0]]), town)[0][2]
    row = ["举坑村第二网格", *GOOD[0][1:]]
    assert "有 2 个叫" in sentences(stage(town, [row]), town)[0][2]
    row[0] = "护国岭村·举坑村第二网格"
    assert counts(stage(town, [row])) == (1, 0, 0, 0)


def test_people_without_a_number_are_known_by_household_name_and_birth(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    baby = ("举坑村第一网格", "H1", "", "孙子", "裘宝宝", "男", "", "2026-10-01", "", "", "")
    bring_in(by, [*GOOD, baby])
    assert counts(stage(by, [*GOOD, baby])) == (0, 0, 4, 0)
    number = id_number(date(2026, 10, 1), sex="male")
    registered = (*baby[:6], number, *baby[7:])
    assert counts(bring_in(by, [registered])) == (0, 1, 0, 0)
    assert numbers_of(Resident.everything.get(name="裘宝宝"))[0] == number
    assert "与第 2 行重复" in sentences(stage(by, [baby, baby]), by)[0][2]
    neither = (*baby[:1], "", "", *baby[3:])
    assert "至少填一个" in sentences(stage(by, [neither]), by)[0][2]


def test_moving_to_another_household_and_grid(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    bring_in(by, GOOD)
    own = ("举坑村第二网格", "H2", "", "户主", "裘小满", "女", CHILD, "", "", "举坑村 30 号", "")
    batch = stage(by, [own])
    assert registry.preview(batch.id, by).rows[0].changes == (("所在户", "举坑村 12 号", "举坑村 30 号"),)
    registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    child = Resident.everything.get(name="裘小满")
    assert child.area_id == county.second_grid.id
    whole = [("举坑村第二网格", *row[1:]) for row in GOOD[:2]]
    assert counts(bring_in(by, whole)) == (0, 1, 1, 0)
    assert set(Resident.everything.values_list("area_id", flat=True)) == {county.second_grid.id}


def test_what_changed_since_the_preview_is_seen_when_applying(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    staged = stage(by, GOOD)
    make_resident(county.neighbour_grid, "王保密", id_number=SHE)
    applied = registry.apply_import(batch_id=staged.id, by=by, at=LATER)
    assert counts(applied) == (2, 0, 0, 1)
    assert sentences(applied, by)[0][:2] == (3, "证件号")


def test_only_the_uploader_and_only_while_they_may(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    batch = stage(by, GOOD)
    for other in (county.actor(REGISTRAR), county.actor(VILLAGE_CLERK, area=county.neighbour)):
        with pytest.raises(NotThere):
            registry.preview(batch.id, other)
        with pytest.raises(NotThere):
            registry.apply_import(batch_id=batch.id, by=other, at=LATER)
    with pytest.raises(NotAllowed):
        stage(county.actor(GRID_WORKER), GOOD)


def test_staged_rows_are_sealed_and_go_after_a_week(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    batch = stage(by, GOOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text, t::text FROM import_row t")
        text = str(cursor.fetchall())
    for secret in (HE, "裘阿公", "13812345678"):
        assert secret not in text
        assert secret.encode().hex() not in text
    assert registry.expire_imports(AT + timedelta(days=6)) == 0
    late = AT + timedelta(days=7)
    with pytest.raises(Refused, match="已过期"):
        registry.apply_import(batch_id=batch.id, by=by, at=late)
    assert registry.expire_imports(late) == 3
    batch.refresh_from_db()
    assert (batch.status, batch.new) == ("expired", 3)


def test_enterprises_come_in_change_and_stay(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    head = ("所属网格", "名称", "信用代码", "行业", "人数", "联系人", "电话", "地址")
    code = "91330100799655058B"
    firm = ["举坑村第一网格", "谷来香榧厂", code, "坚果加工", "25", "裘阿公", "13812345678", "香榧路 1 号"]
    assert counts(bring_in(by, [firm], "enterprises", header=head)) == (1, 0, 0, 0)
    assert counts(stage(by, [firm], "enterprises", header=head)) == (0, 0, 1, 0)
    firm[4], firm[6] = "60 人", "13887654321"
    batch = bring_in(by, [firm], "enterprises", header=head)
    assert counts(batch) == (0, 1, 0, 0)
    row = Enterprise.everything.get()
    assert (row.employees, row.phone, row.version) == ("50_299", "13887654321", 2)
    wrong = [[*firm], [*firm], [*firm[:2], code[:-1] + "C", *firm[3:]]]
    bad = stage(by, wrong, "enterprises", header=head)
    assert counts(bad) == (0, 0, 1, 2)
    make_enterprise(county.far_grid, uscc="9144030071526726XG")
    foreign = stage(by, [[*firm[:2], "9144030071526726XG", *firm[3:]]], "enterprises", header=head)
    assert "可能已在别处登记" in sentences(foreign, by)[0][2]


def test_a_household_already_on_file_is_found_by_its_head(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    home, (head,) = make_home(county.grid, "裘阿公")
    registry.edit_resident(
        resident_id=head.id, version=1, by=by, at=AT,
        values=registry.ResidentInput(name="裘阿公", id_number=HE),
    )  # fmt: skip
    batch = bring_in(by, GOOD)
    assert counts(batch) == (2, 1, 0, 0)
    home.refresh_from_db()
    assert home.code == "H1"
    assert Household.everything.count() == 1


def test_a_row_refused_as_a_repetition_leaves_the_first_one_unchanged(county: SmallCounty) -> None:
    by = county.actor(VILLAGE_CLERK)
    again = ("举坑村第一网格", "H9", "", "子", "重复", "", HE, "", "", "岭脚9号", "")
    bring_in(by, [*GOOD, again])
    assert counts(stage(by, [*GOOD, again])) == (0, 0, 3, 1)
