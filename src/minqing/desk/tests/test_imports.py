"""Story (c) through the desk's pages: ten kinds of bad rows, files nobody can read, the same file twice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from minqing.accounts.tests.factories import AT, stepped_up
from minqing.desk.tests.county import Desk
from minqing.kernel import clock
from minqing.kernel.roles import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.registry import public as registry
from minqing.registry.models import ImportBatch, Resident
from minqing.registry.public import load_tag_kinds
from minqing.registry.services import imports
from minqing.registry.tests.factories import id_number, make_home

HEADER = (
    "所属网格",
    "户编号",
    "与户主关系",
    "姓名",
    "性别",
    "证件号",
    "出生日期",
    "电话",
    "住址",
    "标签",
    "备注二",
)
HE, SHE = id_number(date(1950, 1, 2), sex="male"), id_number(date(1952, 3, 4))
GRID = "举坑村第一网格"
GOOD = [
    (GRID, "H1", "户主", "裘阿公", "男", HE, "1950-01-02", "13812345678", "举坑村 12 号", "党员", ""),
    (GRID, "H1", "妻", "钱阿婆", "", SHE, "", "", "", "", ""),
]
# Ten kinds of bad rows: the change to a good row, the column that is named, what is said.
BAD: list[tuple[int, str, str, str]] = [
    (0, "没有这个网格", "所属网格", "没有“没有这个网格”这个网格"),
    (0, "护国岭村第一网格", "所属网格", "不在您的辖区内"),
    (2, "邻居", "与户主关系", "认不出来"),
    (3, "裘2号", "姓名", "数字或符号"),
    (4, "女", "性别", "与证件号里的不一致"),
    (5, HE[:-1] + ("0" if HE[-1] != "0" else "1"), "证件号", "校验位"),
    (5, HE[:15], "证件号", "15 位旧号"),
    (6, "2031-01-01", "出生日期", "今天之后"),
    (7, "1381234567", "电话", "少 1 位"),
    (9, "低保", "标签", "敏感标签"),
]


def text(answer: Any) -> str:
    return str(b"".join(answer).decode() if answer.streaming else answer.content.decode())


def workbook(rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    book = Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bad_rows() -> list[tuple[object, ...]]:
    """Return ten rows, each of another person in another household, each wrong in its own way."""
    rows = []
    for nth, (at, value, _, _) in enumerate(BAD):
        number = id_number(date(1970, 1, 1 + nth), sex="male")
        row: list[object] = [
            GRID,
            f"B{nth}",
            "户主",
            "裘坏行",
            "男",
            number,
            "",
            "",
            f"岭脚 {nth} 号",
            "",
            "",
        ]
        row[at] = value
        rows.append(tuple(row))
    return rows


def send(client: Client, content: bytes, name: str = "举坑村名册.xlsx", kind: str = "residents") -> Any:
    return client.post(reverse("desk:imports"), {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_ten_kinds_of_bad_rows_are_listed_and_the_good_ones_go_in(desk: Desk) -> None:
    load_tag_kinds()
    clerk = stepped_up(desk.as_(VILLAGE_CLERK))
    assert "还没有上传过表格" in text(clerk.get(reverse("desk:imports")))
    sent = send(clerk, workbook([*GOOD, *bad_rows()]))
    assert sent.status_code == 302
    batch = ImportBatch.everything.get()
    assert (batch.new, batch.bad) == (2, 10)
    assert not Resident.everything.exists()
    page = text(clerk.get(sent.url))
    for nth, (_, _, column, says) in enumerate(BAD):
        assert says in page
        assert column in page
        assert f'<td class="mq-number">{nth + 4}<' in page
    assert "备注二" in page
    assert HE not in page
    assert "13812345678" not in page
    listed = text(clerk.get(reverse("desk:import_errors", args=[batch.id])))
    assert listed.startswith("\ufeff行号,列")
    assert all(says in listed for _, _, _, says in BAD)
    assert "H1" not in text(clerk.get(sent.url, {"outcome": "bad"}))

    applied = clerk.post(reverse("desk:import_apply", args=[batch.id]), follow=True)
    assert "导入完成：新增 2 行" in text(applied)
    assert "已导入的不会重复" in text(applied)
    assert Resident.everything.count() == 2
    assert "校验位" in text(clerk.get(sent.url))
    clerk.post(reverse("desk:import_apply", args=[batch.id]))
    assert Resident.everything.count() == 2

    again = send(clerk, workbook(GOOD))
    assert "0 行有变化" in text(clerk.get(again.url))
    assert "不用导入" in text(clerk.get(again.url))
    history = text(clerk.get(reverse("desk:imports")))
    assert "举坑村名册.xlsx" in history
    assert "已导入" in history


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("空.xlsx", b"", "空"),
        ("名册.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, "旧版 .xls"),
        ("照片.jpg", b"\xff\xd8\xff\xe0 not a table", "只认 .xlsx 和 CSV"),
        ("坏.xlsx", b"PK\x03\x04 but no workbook", "请在表格软件里另存为"),
        ("名册.csv", "姓名,电话\n裘阿公,1\n".encode(), "表头里没有"),
        ("名册.csv", "所属网格,所属网格,姓名,与户主关系\n1,2,3,4\n".encode(), "出现了两次"),
        ("名册.csv", "所属网格,姓名,与户主关系\n".encode(), "只有表头"),
        ("名册.csv", b"\xff\x00\xfe\x01\x80\x81" * 40, "编码认不出来"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(desk: Desk, name: str, content: bytes, says: str) -> None:
    answer = send(desk.as_(VILLAGE_CLERK), content, name)
    assert answer.status_code == 400
    assert says in text(answer)
    assert not ImportBatch.everything.exists()


def test_nothing_and_an_unknown_kind_get_a_sentence_too(desk: Desk) -> None:
    clerk = desk.as_(VILLAGE_CLERK)
    nothing = clerk.post(reverse("desk:imports"), {"kind": "residents"})
    assert nothing.status_code == 400
    assert "表格文件：请选一个文件" in text(nothing)
    assert send(clerk, workbook(GOOD), kind="dragons").status_code == 400
    assert send(clerk, workbook(GOOD), name="名" * 300 + ".xlsx").status_code in (302, 400)


def test_old_chinese_encoding_is_read(desk: Desk) -> None:
    lines = (
        "所属网格,户编号,与户主关系,姓名,出生日期,住址\n举坑村第一网格,H9,户主,裘国标,1960-05-06,岭脚 9 号\n"
    )
    sent = send(desk.as_(VILLAGE_CLERK), lines.encode("gb18030"), "名册.csv")
    assert sent.status_code == 302
    assert ImportBatch.everything.get().new == 1


def test_the_template_is_the_one_that_comes_back(desk: Desk) -> None:
    clerk = desk.as_(VILLAGE_CLERK)
    for kind in ("residents", "enterprises"):
        answer = clerk.get(reverse("desk:import_template", args=[kind]))
        assert answer.status_code == 200
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0].max_row == 2
        empty = send(clerk, answer.content, "模板.xlsx", kind)
        assert empty.status_code == 400  # an example line is no row
        assert "只有表头" in text(empty)
    assert clerk.get(reverse("desk:import_template", args=["dragons"])).status_code == 404


def test_a_spreadsheet_is_its_uploaders_alone_and_goes_after_a_week(desk: Desk) -> None:
    clerk = stepped_up(desk.as_(VILLAGE_CLERK))
    sent = send(clerk, workbook(GOOD))
    batch = ImportBatch.everything.get()
    dispatcher = stepped_up(desk.as_(TOWN_DISPATCHER))
    for name in ("import", "import_progress", "import_errors"):
        assert dispatcher.get(reverse(f"desk:{name}", args=[batch.id])).status_code == 404
    for name in ("import_apply", "import_discard"):
        assert dispatcher.post(reverse(f"desk:{name}", args=[batch.id])).status_code == 404
    assert desk.as_(GRID_WORKER).get(sent.url).status_code == 403
    with clock.fixed(AT + timedelta(days=8)):
        late = clerk.post(reverse("desk:import_apply", args=[batch.id]))
        assert late.status_code == 400
        assert "已过期" in text(late)
        assert "已过期或已放弃" in text(clerk.get(sent.url))
    assert clerk.post(reverse("desk:import_discard", args=[batch.id])).status_code == 302
    assert "已过期或已放弃" in text(clerk.get(sent.url))


def test_the_preview_asks_as_much_for_many_rows(desk: Desk) -> None:
    clerk = desk.as_(VILLAGE_CLERK)

    def queries(rows: int) -> int:
        lines = [
            (GRID, f"N{n}", "户主", "裘某", "", "", "1990-01-01", "138", f"岭脚 {n} 号", "", "")
            for n in range(rows)
        ]
        sent = send(clerk, workbook(lines))
        with CaptureQueriesContext(connection) as found:
            assert clerk.get(sent.url).status_code == 200
        return len(found)

    queries(3)
    assert queries(10) == queries(400)


def test_changes_are_shown_before_they_are_made(desk: Desk) -> None:
    load_tag_kinds()
    clerk = stepped_up(desk.as_(VILLAGE_CLERK))
    send(clerk, workbook(GOOD[:1]))
    clerk.post(reverse("desk:import_apply", args=[ImportBatch.everything.get().id]))
    make_home(desk.county.grid, "不相干")
    changed = list(GOOD[0])
    changed[7] = "13900001111"
    sent = send(clerk, workbook([changed]))
    page = text(clerk.get(sent.url, {"outcome": "changed"}))
    assert "13900001111" not in page
    assert "139****1111" in page


def test_registering_asks_again_who_one_is(desk: Desk) -> None:
    clerk = desk.as_(VILLAGE_CLERK)
    send(clerk, workbook(GOOD))
    batch = ImportBatch.everything.get()
    assert clerk.post(reverse("desk:import_apply", args=[batch.id])).status_code == 401
    assert not Resident.everything.exists()


def test_a_large_spreadsheet_shows_how_far_it_is_until_it_is_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_tag_kinds()
    monkeypatch.setattr(imports, "AT_ONCE_WORKBOOK_BYTES", 1)
    for module in (imports, registry):
        monkeypatch.setattr(module, "AT_ONCE_ROWS", 1)
    clerk = stepped_up(desk.as_(VILLAGE_CLERK))
    page = send(clerk, workbook([*GOOD, *bad_rows()])).url
    batch = ImportBatch.everything.get()
    part = reverse("desk:import_progress", args=[batch.id])
    for seen in (text(clerk.get(page)), text(clerk.get(part))):
        assert "正在读取" in seen
        assert "可以离开这一页" in seen
    assert "看进度" in text(clerk.get(reverse("desk:imports")))
    assert f'hx-get="{part}"' in text(clerk.get(page))
    assert clerk.get(reverse("desk:import_errors", args=[batch.id])).status_code == 400
    with clock.fixed(clock.now() + timedelta(minutes=5)):
        assert "后台任务是否在运行" in text(clerk.get(part))
    imports.check_import(batch.id, clock.now())
    asked = clerk.get(part, headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert clerk.get(part).headers["Location"] == page
    assert "在后台分段登记" in text(clerk.get(page))
    started = clerk.post(reverse("desk:import_apply", args=[batch.id]), follow=True)
    assert "已开始导入" in text(started)
    assert "正在登记" in text(started)
    assert clerk.post(reverse("desk:import_discard", args=[batch.id])).status_code == 400
    imports.carry_on_import(batch.id, clock.now())
    assert "已经导入" in text(clerk.get(page))
    assert Resident.everything.count() == 2
    ImportBatch.everything.update(status="stopped", refusal="停在半路。")
    stopped = text(clerk.get(page))
    assert "停在半路。" in stopped
    assert "继续导入" in stopped
    ImportBatch.everything.update(status="refused", refusal="读不下去。")
    assert "读不下去。" in text(clerk.get(page))
