"""The spreadsheet to fill in: headings, one example line that is passed over, and how to fill each column."""

from __future__ import annotations

import io

from minqing.kernel.errors import NotThere
from minqing.registry import rules
from minqing.registry.models.imports import IMPORT_KINDS
from minqing.registry.services.import_rows import COLUMNS
from minqing.registry.services.spreadsheet import EXAMPLE, ROWS_MAX

_HELP = {
    "grid": "网格（或微网格）的名称或编码，例如“第一网格（举坑村）”，写成“举坑村第一网格”也可以。",
    "household_code": "户口簿上的户号。没有的话，请填户主证件号。",
    "head_id": "这一户户主的 18 位身份证号；填了户编号可以不填。",
    "relation": f"填：{'、'.join(rules.RELATION_LABELS.values())}。",
    "id_number": "18 位身份证号。整列请先设为“文本”，否则后几位会丢失。没有的可以留空，但要填出生日期。",
    "birth_date": "写成 1990-01-31。填了证件号可以不填。",
    "address": "写到门牌号；新登记的一户必填，写在户主那一行就行。",
    "presence": "填：常住、外出。",
    "tags": "几个标签用顿号隔开。敏感标签（低保、残疾等）不能放在表里。",
    "uscc": "营业执照上的 18 位代码。",
    "employees": f"填人数，或：{'、'.join(rules.EMPLOYEE_BANDS.values())}。",
}


def template_xlsx(kind: str) -> bytes:
    """Return the template of a kind as .xlsx. Raises :class:`NotThere` for a kind there is not."""
    if kind not in IMPORT_KINDS:
        raise NotThere
    # Imported here: half a tenth of what every console command takes to start.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    columns = COLUMNS[kind]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = IMPORT_KINDS[kind]
    sheet.append([f"{column.label}{'（必填）' if column.required else ''}" for column in columns])
    sheet.append([EXAMPLE + columns[0].example, *(column.example for column in columns[1:])])
    for at, column in enumerate(columns, start=1):
        sheet.cell(row=1, column=at).font = Font(bold=True)
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.width = max(12, len(column.label) * 2.4, len(column.example) * 1.2)
        dimension.number_format = "@"  # text: a number of 18 digits loses its end
        sheet.cell(row=2, column=at).number_format = "@"
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("填写说明")
    notes.append(["列", "怎么填"])
    for column in columns:
        notes.append([column.label, _HELP.get(column.key, "")])
    notes.append(["", f"一份最多 {ROWS_MAX} 行。第一行表头不要改；以“{EXAMPLE}”开头的一行不会导入。"])
    notes.append(["", "已经登记的人再导入时，留空的格子表示不改。"])
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 20, 90
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
