"""Read an uploaded .xlsx or CSV into rows of text, within limits, without trusting a byte of it."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import IO, Any, Final, NamedTuple

from minqing.kernel.errors import Refused

FILE_BYTES_MAX: Final = 256 * 1024 * 1024  # the register of a county of 710,000 people is about 110 MB as CSV
# A workbook is unpacked as it is read, but its table of texts is held whole: so much for one sheet of 200,000 people.
UNPACKED_BYTES_MAX: Final = 600 * 1024 * 1024
TEXTS_BYTES_MAX: Final = 80 * 1024 * 1024
PARTS_MAX: Final = 500  # files inside one workbook
ROWS_MAX: Final = 1_000_000  # a large county; more comes in several files
WORKBOOK_ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 40
CELL_MAX: Final = 500  # nothing in a register is longer; a novel in a cell is a mistake
BLANK_ROWS_MAX: Final = 1_000  # so many empty rows in a row are the end
EXAMPLE: Final = "（示例）"  # the template's example line begins with it and is passed over

_SAVE_AS: Final = "请在表格软件里另存为“Excel 工作簿（.xlsx）”或 CSV 后再上传。"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"


_DECODED_AT_ONCE: Final = 1024 * 1024
_LINES_AT_ONCE: Final = 16 * 1024  # letters
BETWEEN: Final = "\x1f"  # cells, in a line of text


class SheetRow(NamedTuple):
    """One row as the spreadsheet program numbers it."""

    number: int
    cells: tuple[str, ...]
    plain: str = ""  # the cells with BETWEEN between them, where they were found to be plain


def read_sheet(
    name: str,
    file: IO[bytes],
    size: int,
    *,
    are_plain: Callable[[str], bool] | None = None,
    glance: bool = False,
) -> Iterator[SheetRow]:
    """Yield the rows that hold anything, the header first, or refuse with a sentence.

    ``file`` can seek; no more than some rows of it are held (of a workbook also its table of texts). ``are_plain``
    tells of lines at once (cells parted by :data:`BETWEEN`) whether they may be taken as they are. ``glance``: only
    the beginning is asked in what encoding it is.
    """
    if size > FILE_BYTES_MAX:
        raise Refused(f"文件超过 {FILE_BYTES_MAX // 1024 // 1024} MB，请分成几份上传。", field="file")
    begin = file.read(4096)
    file.seek(0)
    if not begin.strip():
        raise Refused("文件是空的，请核对。", field="file")
    if begin.startswith(_OLE):
        raise Refused(f"旧版 .xls 或加了密码的表格读不了。{_SAVE_AS}", field="file")
    if begin.startswith(_ZIP):
        return _kept(_workbook_rows(file), min(WORKBOOK_ROWS_MAX, ROWS_MAX))
    if not name.lower().endswith((".csv", ".txt", ".tsv")):
        raise Refused(f"只认 .xlsx 和 CSV 文件。{_SAVE_AS}", field="file")
    return _kept(_csv_rows(file, _encoding(file, glance=glance), are_plain), ROWS_MAX)


_Read = tuple[tuple[str, ...], str]  # cells, and the line where it is plain


def _kept(rows: Iterable[_Read], rows_max: int) -> Iterator[SheetRow]:
    kept = blank = number = 0
    for cells, plain in rows:
        number += 1
        if not any(cells):
            blank += 1
            if blank > BLANK_ROWS_MAX:
                break
            continue
        blank = 0
        if len(cells) > COLUMNS_MAX and any(cells[COLUMNS_MAX:]):
            raise Refused(f"列太多（最多 {COLUMNS_MAX} 列），请删去不用的列。", field="file")
        if cells[0].startswith(EXAMPLE):
            continue
        kept += 1
        if kept > rows_max + 1:
            raise Refused(f"行太多（最多 {rows_max} 行），请分成几份上传。", field="file")
        if len(cells) > COLUMNS_MAX:
            yield SheetRow(number, cells[:COLUMNS_MAX])
        else:
            yield SheetRow(number, cells, plain)
    if kept < 2:
        raise Refused("表格里只有表头或什么也没有，请填好后再上传。", field="file")


def _workbook_rows(file: IO[bytes]) -> Iterator[_Read]:
    # Here and not above: nobody who reads CSV waits for it, and processes are started for that alone.
    from openpyxl import load_workbook

    try:
        _refuse_unsafe(file)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        # One column more than allowed, so that a wider sheet is noticed.
        for row in sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX + 1):
            yield tuple(_text(value) for value in row), ""
    except Refused:
        raise
    except Exception as error:  # a damaged workbook fails inside openpyxl in any way it likes
        raise Refused(f"这个表格读不出来，可能已损坏。{_SAVE_AS}", field="file") from error


def _refuse_unsafe(file: IO[bytes]) -> None:
    """Look at the package before unpacking: size, parts, macros, document types (entities that blow up)."""
    with zipfile.ZipFile(file) as package:
        parts = package.infolist()
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise Refused(f"这不是 .xlsx 表格。{_SAVE_AS}", field="file")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused(f"表格里带有宏，不能上传。{_SAVE_AS}", field="file")
        if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
            raise Refused("表格解开后太大，请只留要导入的那一页再上传。", field="file")
        if any(
            part.filename.endswith("sharedStrings.xml") and part.file_size > TEXTS_BYTES_MAX for part in parts
        ):
            raise Refused("表格太大，请另存为 CSV 后上传，或分成几份。", field="file")
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with package.open(part) as opened:
                    if b"!DOCTYPE" in opened.read(2048).replace(b"\0", b""):
                        raise Refused(f"表格里有不该有的内容，不能上传。{_SAVE_AS}", field="file")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        # 18 digits do not fit a float: said as the program shows it, so that the rule can say what happened.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10G}"
    return str(value).strip()


def _encoding(file: IO[bytes], *, glance: bool) -> str:
    """Return the encoding in which the file (its beginning) can be read; it is gone through once, block by block."""
    begin = file.read(4)
    file.seek(0)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")  # spreadsheet programs in China write the latter
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        has_nul = False
        try:
            while block := file.read(_DECODED_AT_ONCE):
                has_nul = has_nul or "\0" in decoder.decode(block)
                if glance:
                    break
            decoder.decode(b"", final=not glance)
        except UnicodeDecodeError:
            continue
        finally:
            file.seek(0)
        if has_nul:
            break
        return encoding
    raise Refused(f"文件的文字编码认不出来。{_SAVE_AS}", field="file")


def _csv_rows(file: IO[bytes], encoding: str, are_plain: Callable[[str], bool] | None) -> Iterator[_Read]:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    first = text.readline(_DECODED_AT_ONCE)
    delimiter = max(",\t;", key=first.count)
    text.seek(0)
    behind = 0
    try:
        while lines := text.readlines(_LINES_AT_ONCE):
            block = "".join(lines).replace("\r\n", "\n")
            if are_plain is None or '"' in block or "\r" in block or BETWEEN in block:
                # A quoted cell may hold line ends, and end anywhere: the rest is for the reader that knows.
                yield from _quoted_rows(chain(lines, text), delimiter, behind)
                return
            behind += len(lines)
            block = block.removesuffix("\n").replace(delimiter, BETWEEN)
            is_sure = are_plain(block)
            for line in block.split("\n"):
                if is_sure or are_plain(line):
                    yield tuple(line.split(BETWEEN)), line
                else:
                    yield tuple(map(str.strip, line.split(BETWEEN))), ""
    finally:
        text.detach()  # whoever opened the file closes it


def _quoted_rows(lines: Iterable[str], delimiter: str, behind: int) -> Iterator[_Read]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            yield tuple(map(str.strip, row)) or ("",), ""
    except csv.Error as error:
        raise Refused(
            f"第 {behind + reader.line_num} 行附近的引号或内容有问题，读不下去，请核对。", field="file"
        ) from error
