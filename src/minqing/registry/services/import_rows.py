"""What the columns of a spreadsheet are called, and whether one row by itself makes sense. No database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from minqing.kernel.errors import Refused
from minqing.kernel.text import clean_line
from minqing.registry import rules
from minqing.registry.services.spreadsheet import CELL_MAX, SheetRow

QUOTED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template: its key, its heading, other headings people use, whether it must be there."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    longest: int = CELL_MAX


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; a notice does not keep the row out."""

    column: str
    sentence: str
    is_error: bool = True


@dataclass(slots=True)
class CheckedRow:
    """One row after looking at it alone: normalised values by column key, and its problems."""

    number: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    is_bad: bool = False

    def refuse(self, column: str, sentence: str) -> None:
        """Add an error to a column (its label)."""
        self.is_bad = True
        self.problems.append(Problem(column, sentence))

    def notice(self, column: str, sentence: str) -> None:
        """Add something worth knowing that does not keep the row out."""
        self.problems.append(Problem(column, sentence, is_error=False))


_GRID: Final = "第一网格（举坑村）"  # as the county's grids are called

RESIDENT_COLUMNS: Final = (
    Column(
        "grid",
        "所属网格",
        ("网格", "网格编码", "网格名称", "微网格", "所属微网格", "所属网格编码", "所属网格编码或名称"),
        True,
        _GRID,
        60,
    ),
    Column(
        "household_code", "户编号", ("户号", "家庭编号"), example="3306831062010001", longest=rules.CODE_MAX
    ),
    Column("head_id", "户主证件号", ("户主身份证号", "户主身份证", "户主身份证号码", "户主证件号码")),
    Column("relation", "与户主关系", ("关系", "户主关系"), True, "户主"),
    Column("name", "姓名", (), True, "裘某某", rules.NAME_MAX),
    Column("sex", "性别", (), example="女"),
    Column(
        "id_number",
        "证件号",
        ("身份证号", "身份证", "身份证号码", "证件号码", "公民身份号码"),
        example="330683195603089984",
    ),
    Column("birth_date", "出生日期", ("出生年月日", "生日"), example="1956-03-08"),
    Column(
        "phone",
        "电话",
        ("手机", "手机号", "手机号码", "联系电话", "联系方式", "电话号码"),
        example="15400000000",
    ),
    Column(
        "address",
        "住址",
        ("地址", "家庭住址", "现住址", "门牌号", "详细地址"),
        example="举坑村 12 号",
        longest=rules.ADDRESS_MAX,
    ),
    Column("occupation", "职业", (), example="务农", longest=rules.SHORT_MAX),
    Column("presence", "居住状态", (), example="常住"),
    Column("away_at", "外出去向", ("外出地",), longest=rules.SHORT_MAX),
    Column("origin", "户籍地", ("户籍地址", "户籍所在地"), longest=rules.SHORT_MAX),
    Column("tags", "标签", ("人员标签",), example="党员、独居老人"),
)

ENTERPRISE_COLUMNS: Final = (
    Column("grid", "所属网格", RESIDENT_COLUMNS[0].aliases, True, _GRID, 60),
    Column("name", "企业名称", ("名称", "单位名称"), True, "嵊州市某某香榧加工厂", rules.ADDRESS_MAX),
    Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码"), example="91330683DEM000014A"),
    Column("industry", "行业", ("所属行业",), example="坚果加工", longest=rules.SHORT_MAX),
    Column("employees", "从业人数", ("员工人数", "职工人数", "人数"), example="25"),
    Column("contact_name", "联系人", ("负责人", "法定代表人"), longest=rules.NAME_MAX),
    Column("phone", "联系电话", ("电话", "手机", "手机号"), example="15400000001"),
    Column("address", "地址", ("住址", "经营地址", "详细地址"), longest=rules.ADDRESS_MAX),
)

KEYS: Final = {
    "residents": tuple(column.key for column in RESIDENT_COLUMNS),
    "enterprises": tuple(column.key for column in ENTERPRISE_COLUMNS),
}
COLUMNS: Final = {"residents": RESIDENT_COLUMNS, "enterprises": ENTERPRISE_COLUMNS}
LABELS: Final = {kind: {column.key: column.label for column in columns} for kind, columns in COLUMNS.items()}

_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
# Text that clean_line would give back as it is, but for runs of blanks: NFC, visible, assigned.
PLAIN_LETTERS: Final = r" -~\u4e00-\u9fef（），。、；：·—"
_PLAIN: Final = re.compile(rf"[\x1f{PLAIN_LETTERS}]*")
SHORT: Final = min(column.longest for columns in (RESIDENT_COLUMNS, ENTERPRISE_COLUMNS) for column in columns)
_LOST: Final = "在表格里存成了数字，后几位已丢失。请把这一列设为“文本”后重填。"


def match_header(header: SheetRow, kind: str) -> tuple[dict[int, Column], list[str]]:
    """Return (column by position, headings we do not know), or refuse what is missing or there twice."""
    by_heading = {_bare(text): c for c in COLUMNS[kind] for text in (c.label, *c.aliases)}
    found: dict[int, Column] = {}
    ignored: list[str] = []
    for at, heading in enumerate(header.cells):
        column = by_heading.get(_bare(heading))
        if column is None:
            if heading.strip():
                ignored.append(quoted(heading))
        elif column in found.values():
            raise Refused(f"“{column.label}”这一列出现了两次，请删去一列。", field="file")
        else:
            found[at] = column
    missing = [c.label for c in COLUMNS[kind] if c.required and c not in found.values()]
    if missing:
        raise Refused(f"表头里没有“{'”“'.join(missing)}”。请下载模板，把第一行表头照着改。", field="file")
    return found, ignored


def _bare(heading: str) -> str:
    return re.sub(r"[（(].*?[）)]|[*＊:：\s]", "", clean_line(heading))


def quoted(text: str) -> str:
    """Return the beginning of what somebody wrote, short enough for a sentence."""
    text = clean_line(text)
    return text if len(text) <= QUOTED_MAX else text[:QUOTED_MAX] + "…"


def check_row(row: SheetRow, columns: dict[int, Column], kind: str, today: date) -> CheckedRow:
    """Return one row cleaned, normalised and checked by itself."""
    checked = CheckedRow(row.number, dict.fromkeys(KEYS[kind], ""))
    cells = row.cells
    joined = "\x1f".join(cells)
    # A county's register is plain, nearly all of it, and its cells are short.
    is_plain = _PLAIN.fullmatch(joined) is not None and joined.count("\x1f") == len(cells) - 1
    is_short = is_plain and "  " not in joined and max(map(len, cells)) <= SHORT
    if is_short:
        for at, column in columns.items():
            checked.values[column.key] = cells[at] if at < len(cells) else ""
    for at, column in () if is_short else columns.items():
        raw = cells[at] if at < len(cells) else ""
        text = raw if is_plain and "  " not in raw else clean_line(raw)
        if len(raw) > CELL_MAX or len(text) > column.longest:
            checked.refuse(column.label, f"太长了（最多 {column.longest} 个字），请核对。")
            text = ""
        elif not is_plain and any(ord(c) > 0x7F and c not in text for c in raw if not c.isspace()):
            checked.notice(column.label, "里面有看不见的或反写的字符，已去掉。")
        checked.values[column.key] = text
    (_check_resident if kind == "residents" else _check_enterprise)(checked, today)
    return checked


def _check_resident(row: CheckedRow, today: date) -> None:
    values, labels = row.values, LABELS["residents"]
    _required(row, "grid", labels)
    said = row.is_bad and any(p.column == labels["name"] and p.is_error for p in row.problems)
    if not said and (refusal := rules.why_not_name(values["name"])):
        row.refuse(labels["name"], refusal)
    _mapped(row, "relation", labels, relation_key, "户主、配偶、子、女、儿媳、孙子等")
    _mapped(row, "sex", labels, rules.sex_key, "男或女")
    _mapped(row, "presence", labels, presence_key, "常住或外出")
    _phone(row, labels)
    _date_column(row, labels, today)
    for key in ("id_number", "head_id"):
        _id_column(row, key, labels, today)
    if not values["relation"] and not any(p.column == labels["relation"] for p in row.problems):
        row.refuse(labels["relation"], "没有填。")
    own = values["id_number"]
    if values["relation"] == rules.HEAD and own:
        if values["head_id"] and values["head_id"] != own:
            row.refuse(labels["head_id"], "这一行是户主，户主证件号应与证件号相同，请核对。")
        values["head_id"] = own
    if not (values["household_code"] or values["head_id"] or row.is_bad):
        row.refuse(labels["household_code"], "户编号和户主证件号至少填一个，才知道是哪一户。")
    values["tags"] = (
        [text for text in re.split(r"[、,，;；/\s]+", values["tags"]) if text] if values["tags"] else []
    )


def _check_enterprise(row: CheckedRow, today: date) -> None:
    values, labels = row.values, LABELS["enterprises"]
    _required(row, "grid", labels)
    _required(row, "name", labels)
    if values["uscc"]:
        values["uscc"], refusal = (
            ("", _LOST) if _SCIENTIFIC.fullmatch(values["uscc"]) else rules.read_uscc(values["uscc"])
        )
        if refusal:
            row.refuse(labels["uscc"], refusal)
    _mapped(row, "employees", labels, _band_key, "人数，或模板里的分档")
    if values["contact_name"] and (wrong := rules.why_not_name(values["contact_name"])):
        row.refuse(labels["contact_name"], wrong)
    _phone(row, labels)


def _required(row: CheckedRow, key: str, labels: dict[str, str]) -> None:
    if not row.values[key] and not any(p.column == labels[key] and p.is_error for p in row.problems):
        row.refuse(labels[key], "没有填。")


def _mapped(
    row: CheckedRow, key: str, labels: dict[str, str], read: Callable[[str], str | None], choices: str
) -> None:
    text = row.values[key]
    if not text:
        return
    found = read(text)
    if found is None:
        row.refuse(labels[key], f"“{quoted(text)}”认不出来，请填{choices}。")
    row.values[key] = found or ""


def _phone(row: CheckedRow, labels: dict[str, str]) -> None:
    text = row.values["phone"]
    if text:
        row.values["phone"], refusal = ("", _LOST) if _SCIENTIFIC.fullmatch(text) else rules.read_phone(text)
        if refusal:
            row.refuse(labels["phone"], refusal)


def _date_column(row: CheckedRow, labels: dict[str, str], today: date) -> None:
    text = row.values["birth_date"]
    if not text:
        return
    row.values["birth_date"] = ""
    born = _read_date(text)
    if born is None:
        row.refuse(labels["birth_date"], "认不出来，请写成 1990-01-31 的样子。")
    elif refusal := rules.why_not_birth_date(born, today):
        row.refuse(labels["birth_date"], refusal)
    else:
        row.values["birth_date"] = born.isoformat()


def _id_column(row: CheckedRow, key: str, labels: dict[str, str], today: date) -> None:
    text = row.values[key]
    if not text:
        return
    row.values[key] = ""
    number = _read_id_number(text, today)
    if isinstance(number, str):
        row.refuse(labels[key], number)
        return
    row.values[key] = number.value
    if key == "head_id":
        return
    born = row.values["birth_date"]
    clash = rules.why_id_disagrees(number, date.fromisoformat(born) if born else None, row.values["sex"])
    if clash:
        row.refuse(labels[clash[0]], clash[1])
    row.values["birth_date"], row.values["sex"] = number.birth_date.isoformat(), number.sex


def read_date(text: str) -> date | None:
    """Return a date as people write it (1990-1-31, 1990/1/31, 1990年1月31日, 19900131), or None."""
    match = _DATE.fullmatch(rules.half_width(text.replace("-", "/")))
    if match is None:
        return None
    parts = [int(part) for part in match.groups() if part]
    try:
        return date(*parts)
    except ValueError:
        return None


@lru_cache(maxsize=8_192)
def _read_id_number(text: str, today: date) -> rules.IdNumber | str:
    # The head's number stands in every row of a household.
    return _LOST if _SCIENTIFIC.fullmatch(text) else rules.read_id_number(text, today)


_read_date: Final = lru_cache(maxsize=65_536)(read_date)  # two lifetimes of days
relation_key: Final = lru_cache(maxsize=1_024)(rules.relation_key)


def presence_key(text: str) -> str | None:
    """Return the key of where somebody is as people write it, or None."""
    if text in ("外出", "外出务工", "在外", "流出"):
        return rules.AWAY
    return rules.HERE if text in ("常住", "在家", "在册在住") else None


def _band_key(text: str) -> str | None:
    for key, label in rules.EMPLOYEE_BANDS.items():
        if text.replace(" ", "") == label.replace(" ", ""):
            return key
    number = rules.half_width(text).removesuffix("人")
    if not (number.isascii() and number.isdigit()):
        return None
    steps: Sequence[tuple[int, str]] = ((10, "under_10"), (50, "10_49"), (300, "50_299"), (1000, "300_999"))
    return next((key for below, key in steps if int(number[:9]) < below), "over_1000")
