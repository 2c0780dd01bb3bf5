"""Rules of cases as plain functions: limits, titles, idempotency, what a reporter may do when."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from minqing.kernel.ids import LETTERS

VISIT, DOOR_CODE, OFFICER, HOTLINE, API = "visit", "door_code", "officer", "hotline", "api"
# What a resident asks about their own file (PIPL, arts. 44-50): seen by the registrar alone.
RIGHTS: Final = "rights"
# Petitions are read by the named people who work on them, and by nobody else of the area.
PETITION: Final = "petition"
# The mayor's own telephone for enterprises.
EXPRESS: Final = "express"
# What comes this way follows its own procedure, is merged with nothing, and is told to no other system.
SEALED: Final = frozenset({RIGHTS, PETITION})
SOURCE_LABELS: Final = {
    VISIT: "走访",
    DOOR_CODE: "民情码",
    OFFICER: "干部登记",
    HOTLINE: "12345热线",
    API: "接口",
    RIGHTS: "本人请求",
    PETITION: "信访",
    EXPRESS: "市长热线",
}
# What comes from a door or a yard the village settles; what comes by telephone, code or interface takes five steps.
PROCEDURE_BY_SOURCE: Final = {
    VISIT: "prompt",
    OFFICER: "prompt",
    DOOR_CODE: "hotline",
    HOTLINE: "hotline",
    API: "hotline",
    RIGHTS: "rights",
    PETITION: "petition",
    EXPRESS: "express_lane",
}

WORDS_MAX: Final = 2000  # four screens of a phone; longer letters come as several words added
WORDS_MIN: Final = 4  # “你好” is no report
TITLE_LENGTH: Final = 30
ANSWER_WORDS_MAX: Final = 500
REASON_MAX: Final = 500
NAME_MAX: Final = 30
PHOTOS_MAX: Final = 6  # a report or a step: six pictures show any pothole from all sides
ADDITIONS_MAX: Final = 20  # per case: beyond that somebody is talking to a wall, or is a machine
ATTACHMENTS_MAX: Final = 60
URGE_EVERY: Final = timedelta(days=1)
RECEIPT_LENGTH: Final = 10  # 29^10: not to be guessed at a limited rate
DOOR_CODE_LENGTH: Final = 8
NUMBER_TAIL: Final = 5

_SENTENCE_ENDS: Final = "。！？!?；;\n"


def title_of(words: str) -> str:
    """Return the first sentence, cut to a line."""
    first = words.strip()
    for at, letter in enumerate(first):
        if letter in _SENTENCE_ENDS and at >= WORDS_MIN:
            first = first[:at]
            break
    first = " ".join(first.split())
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


# Eleven digits of a mobile, eighteen of an identity card, also written in groups.
_MOBILE: Final = re.compile(r"(?<!\d)1[ \-]?[3-9](?:[ \-]?\d){9}(?!\d)")
_ID_NUMBER: Final = re.compile(r"(?<!\d)[1-9](?:[ \-]?\d){16}[ \-]?[\dXx](?!\d)")


def why_not_public(words: str) -> str | None:
    """Return why these words cannot stand where every official reads them, or None: they hold a person's number."""
    plain = unicodedata.normalize("NFKC", words)
    if _MOBILE.search(plain) or _ID_NUMBER.search(plain):
        return "这里的话会公开，不能写手机号码和身份证号码。请去掉号码再提交。"
    return None


def stands_in(words: str, whole: str) -> bool:
    """Whether words were taken out of others as they stand there; gaps, punctuation and widths do not count."""
    part = _letters_of(words)
    return bool(part) and part in _letters_of(whole)


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same; gaps, punctuation and widths do not count."""
    return _letters_of(one) == _letters_of(other)


def _letters_of(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(one for one in folded if one.isalnum())


def read_code(text: str, length: int) -> str | None:
    """Return a receipt's or door's code as people type it (small letters, gaps, dashes, full width), or None."""
    if len(text) > 4 * length:
        return None
    folded = unicodedata.normalize("NFKC", text).upper()
    code = "".join(one for one in folded if one not in " -—–_·\t\n\r")
    return code if len(code) == length and all(one in LETTERS for one in code) else None


def may_urge_again(urged_at: datetime | None, at: datetime) -> bool:
    """Whether a reporter may urge: once a day."""
    return urged_at is None or at - urged_at >= URGE_EVERY


def why_not_words(words: str) -> str | None:
    """Return why these words make no report, or None."""
    if len(words) < WORDS_MIN:
        return "请写清楚是什么事、在哪里，至少几个字。"
    if len(words) > WORDS_MAX:
        return f"写得太长了（最多 {WORDS_MAX} 字），请分几次说，提交后可以“补充一句”。"
    return None
