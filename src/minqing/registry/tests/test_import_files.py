"""Files as people send them: encodings, broken and hostile ones, and our own template."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.kernel.errors import Refused
from minqing.registry import public as registry
from minqing.registry.services import spreadsheet
from minqing.registry.tests.test_import import GOOD, HEADER, counts, sentences


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_people_send(county: SmallCounty, encoding: str) -> None:
    by = county.actor(VILLAGE_CLERK)
    text = "\r\n".join(",".join(map(str, row)) for row in (HEADER, *GOOD))
    upload = SimpleUploadedFile("名册.csv", text.encode(encoding))
    batch = registry.stage_import(upload=upload, kind="residents", by=by, at=AT)
    assert counts(batch) == (3, 0, 0, 0)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "旧版 .xls"),
        ("a.xlsx", b"", "空的"),
        ("a.xlsx", b"PK\x03\x04 broken", "已损坏"),
        ("a.pdf", b"%PDF-1.7", "只认"),
        ("a.csv", b"\xff\xff\x00\x01", "编码"),
        ("a.csv", "姓名,性别\n裘,女".encode(), "表头里没有"),
        ("a.csv", "所属网格,与户主关系,姓名,姓名\nx,x,x,x".encode(), "出现了两次"),
        ("a.csv", "所属网格,与户主关系,姓名".encode(), "只有表头"),
        ("a.csv", ",".join(["列"] * 60).encode() + b"\n1", "列太多"),
        ("a.csv", b'a,"' + b"x" * 200_000 + b'",b\n1,2,3', "读不下去"),
        ("a.xlsx", _zip(**{"word__document.xml": b"<a/>"}), "不是 .xlsx"),
        ("a.xlsm", _zip(**{"xl__workbook.xml": b"<a/>", "xl__vbaProject.bin": b"x"}), "宏"),
        ("a.xlsx", _zip(**{"xl__workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "不该有"),
    ],
)
def test_files_that_cannot_be_read_get_a_sentence(
    county: SmallCounty, name: str, content: bytes, says: str
) -> None:
    by = county.actor(VILLAGE_CLERK)
    with pytest.raises(Refused, match=says):
        registry.stage_import(upload=SimpleUploadedFile(name, content), kind="residents", by=by, at=AT)


def test_a_bomb_is_not_unpacked(county: SmallCounty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "UNPACKED_BYTES_MAX", 1_000)
    bomb = _zip(**{"xl__workbook.xml": b"<a/>", "xl__worksheets__sheet1.xml": b" " * 100_000})
    by = county.actor(VILLAGE_CLERK)
    with pytest.raises(Refused, match="解开后太大"):
        registry.stage_import(upload=SimpleUploadedFile("a.xlsx", bomb), kind="residents", by=by, at=AT)
    monkeypatch.setattr(spreadsheet, "ROWS_MAX", 2)
    with pytest.raises(Refused, match="行太多"):
        registry.stage_import(
            upload=SimpleUploadedFile("a.csv", "\n".join([",".join(HEADER)] + ["1"] * 9).encode()),
            kind="residents", by=by, at=AT,
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["residents", "enterprises"])
def test_the_template_is_understood_and_its_example_passed_over(county: SmallCounty, kind: str) -> None:
    content = registry.template_xlsx(kind)
    by = county.actor(VILLAGE_CLERK)
    with pytest.raises(Refused, match="只有表头"):
        registry.stage_import(upload=SimpleUploadedFile("a.xlsx", content), kind=kind, by=by, at=AT)
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    page["A2"] = "举坑村第一网格"
    out = io.BytesIO()
    book.save(out)
    batch = registry.stage_import(
        upload=SimpleUploadedFile("a.xlsx", out.getvalue()), kind=kind, by=by, at=AT
    )
    assert counts(batch) == ((1, 0, 0, 0)), sentences(batch, by)
