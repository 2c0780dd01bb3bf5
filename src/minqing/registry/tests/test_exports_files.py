"""Files in pieces: read back by a library that knows nothing of us, neutral, and incomplete without the last line."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook

from minqing.kernel import table_files
from minqing.kernel.table_files import csv_file, last_line, neutral, xlsx_file

COLUMNS = ("姓名", "住址")
ROWS = [("裘阿婆", "举坑村 12 号"), ("=1+1", "<b>&\"'\x00\x0b"), ("", 'a,b\n"c"'), ("＝SUM(A1)", "")]


def _sheets(body: bytes) -> list[list[tuple[str | None, ...]]]:
    book = load_workbook(io.BytesIO(body), read_only=True)
    return [
        [tuple(None if one is None else str(one) for one in row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    ]


def test_a_csv_file_says_its_rows_and_holds_no_formula() -> None:
    body = b"".join(csv_file(COLUMNS, ROWS)).decode()
    assert body.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(body[1:])))
    assert rows[0] == list(COLUMNS)
    assert rows[1:-1] == [[neutral(one) for one in row] for row in ROWS]
    assert rows[2][0] == "'=1+1"
    assert rows[4][0].startswith("'")
    assert rows[-1] == ["共 4 行"]


def test_a_workbook_holds_texts_and_nothing_that_is_computed() -> None:
    body = b"".join(xlsx_file("居民名单", COLUMNS, ROWS))
    [sheet] = _sheets(body)
    assert sheet[0] == COLUMNS
    assert sheet[2] == ("=1+1", "<b>&\"'")
    assert sheet[3] == (None, 'a,b\n"c"')
    assert sheet[-1][0] == "共 4 行"
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert book.testzip() is None
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_numbers_are_numbers() -> None:
    rows = [("路灯", 3, 1.5), ("", 0, -2)]
    [sheet] = load_workbook(io.BytesIO(b"".join(xlsx_file("名单", ("甲", "乙", "丙"), rows)))).worksheets
    assert list(sheet.values)[1:-1] == [("路灯", 3, 1.5), (None, 0, -2)]
    assert b"".join(csv_file(("甲", "乙", "丙"), rows)).decode().splitlines()[1:-1] == ["路灯,3,1.5", ",0,-2"]


def test_what_does_not_fit_on_a_sheet_goes_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "SHEET_ROWS_MAX", 5)
    sheets = _sheets(b"".join(xlsx_file("名单", ("n",), ((str(n),) for n in range(7)))))
    assert [[row[0] for row in sheet] for sheet in sheets] == [
        ["n", "0", "1", "2"], ["n", "3", "4", "5"], ["n", "6", "共 7 行"],
    ]  # fmt: skip


@pytest.mark.parametrize("makes", [csv_file, lambda columns, rows: xlsx_file("名单", columns, rows)])
def test_an_error_in_the_middle_leaves_no_last_line(makes) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for number in range(40_000):
            yield str(number), "x" * 40
        raise RuntimeError("the database is gone")

    sent = bytearray()

    def send() -> None:
        for piece in makes(COLUMNS, rows()):
            sent.extend(piece)

    with pytest.raises(RuntimeError, match="the database is gone"):
        send()
    assert sent
    assert last_line(40_000).encode() not in sent
    assert not zipfile.is_zipfile(io.BytesIO(bytes(sent)))


def test_an_empty_list_says_so() -> None:
    assert b"".join(csv_file(COLUMNS, [])).decode().splitlines()[-1] == "共 0 行"
