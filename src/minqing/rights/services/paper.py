"""The copy on paper: A4, large enough to read, every page numbered. Made in memory (reportlab), written nowhere."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from minqing.kernel import clock
from minqing.kernel.copies import Entry, Part, Value

FONT: Final = (
    "STSong-Light"  # one of the fonts that every PDF reader brings for Chinese (ISO 32000-1, 9.7.5.2)
)
# What the encoding (UniGB-UCS2-H) has no place for is printed so; the machine-readable copy has the character.
MISSING: Final = "〓"
# The middle dot of transliterated names stands in the Chinese set under another number.
_INSTEAD: Final = str.maketrans({"·": "・", "•": "・", "–": "—"})
_HAN: Final = range(0x3400, 0xA000)
_LABEL_WIDTH: Final = 38 * mm
_WIDTH: Final = A4[0] - 36 * mm - 12  # a frame keeps six points free on each side
_LINE: Final = HexColor("#c9d2cd")
_QUIET: Final = HexColor("#55605a")


def as_pdf(parts: Iterable[Part], name: str, at: datetime) -> bytes:
    """Return everything as a PDF."""
    _ready()
    story: list[Flowable] = [
        Paragraph(_text(f"{name}的个人信息副本"), _TITLE),
        Paragraph(
            _text(
                f"{clock.local(at):%Y年%m月%d日 %H:%M} 制作。内容与机器可读的副本相同；"
                f"个别生僻字印成“{MISSING}”，以机器可读的副本为准。请妥善保管，不要交给别人。"
            ),
            _NOTE,
        ),
    ]
    for part in parts:
        story += _part(part)
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title="个人信息副本", author="民情", lang="zh-CN",
    )  # fmt: skip
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def shown(value: Value) -> str:
    """Return a value as people read it."""
    if value is None or value in ("", []):
        return "（无）"
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "；".join(value) if isinstance(value, list) else str(value)


def _part(part: Part) -> list[Flowable]:
    found: list[Flowable] = [Spacer(1, 5 * mm), Paragraph(_text(part.title), _HEAD)]
    if part.note:
        found.append(Paragraph(_text(part.note), _NOTE))
    if not part.entries:
        found.append(Paragraph(_text("没有。"), _WORDS))
    for entry in part.entries:
        found += [_table(entry, whole=part.key == "facts"), Spacer(1, 3 * mm)]
    return found


def _table(entry: Entry, *, whole: bool) -> Table:
    """Return an entry as lines; what is empty is left out, but of the facts: there nothing is an answer too."""
    rows = [
        [Paragraph(_text(piece.label), _LABEL), Paragraph(_text(shown(piece.value)), _WORDS)]
        for piece in entry.pieces
        if whole or piece.value not in (None, "", [])
    ]
    table = Table(rows, colWidths=[_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH], splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 9)
    canvas.setFillColor(_QUIET)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"第 {document.page} 页")


def _text(text: str) -> str:
    """Return text as reportlab takes it: escaped, lines kept, and nothing that the encoding cannot write."""
    plain = "".join(one if _is_printable(one) else MISSING for one in text.translate(_INSTEAD))
    return escape(plain).replace("\n", "<br/>")


def _is_printable(letter: str) -> bool:
    """Whether the font's set (Adobe-GB1) has a letter: the Han of the basic plane, and what GBK has."""
    if ord(letter) in _HAN or letter == "・":
        return True
    try:
        letter.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _style(name: str, size: float, leading: float, **given: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=leading, wordWrap="CJK", **given)


_TITLE: Final = _style("title", 20, 30, spaceAfter=6)
_HEAD: Final = _style("head", 15, 24, spaceAfter=4, keepWithNext=1)
_WORDS: Final = _style("words", 11.5, 18)
_LABEL: Final = _style("label", 11.5, 18, textColor=_QUIET)
_NOTE: Final = _style("note", 10, 16, textColor=_QUIET, spaceAfter=4)


@cache
def _ready() -> None:
    """Let reportlab know the font, once a process."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
