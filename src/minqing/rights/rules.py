"""Rules of personal codes and requests as plain functions: who may hold a code, by which document, for how long."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from typing import Final

# 29^10 codes: nobody guesses one; the last six of the ID number guard a slip of paper that was found.
CODE_LENGTH: Final = 10
CODE_LASTS: Final = timedelta(days=180)
SESSION_IDLE: Final = timedelta(minutes=15)
SESSION_MAX: Final = timedelta(hours=2)  # a telephone passed round a table does not stay open all evening
TOKEN_BYTES: Final = 32

# Wrong answers with a right code: five are looked at, then each takes longer, and the tenth ends the code.
FREE_FAILURES: Final = 5
FAILURES_MAX: Final = 10

NAME_MAX: Final = 50
WORDS_MAX: Final = 500
REASON_MAX: Final = 200
OPEN_REQUESTS_MAX: Final = 20  # per person: beyond that somebody presses the same button

SELF, GUARDIAN, AGENT, KIN = "self", "guardian", "agent", "kin"
HOLDER_LABELS: Final = {SELF: "本人", GUARDIAN: "监护人", AGENT: "受托人", KIN: "近亲属"}

DOCUMENT_LABELS: Final = {
    "id_card": "居民身份证原件",
    "household_book": "居民户口簿原件",
    "birth_certificate": "出生医学证明原件",
    "guardianship": "监护关系证明（法院、民政部门或村居委会出具）",
    "power_of_attorney": "本人签名的委托书和双方身份证原件",
    "kinship": "亲属关系证明和死亡证明",
}
DOCUMENTS_OF: Final = {
    SELF: ("id_card", "household_book"),
    GUARDIAN: ("household_book", "birth_certificate", "guardianship"),
    AGENT: ("power_of_attorney",),
    KIN: ("kinship",),
}

# Personal Information Protection Law, art. 31: below fourteen the guardian decides.
OWN_FROM_AGE: Final = 14
ADULT_FROM_AGE: Final = 18

CORRECTION, COPY, ERASURE, OBJECTION = "correction", "copy", "erasure", "objection"
KIND_LABELS: Final = {
    CORRECTION: "更正",
    COPY: "领纸质副本",
    ERASURE: "删除",
    OBJECTION: "撤回同意或提出异议",
}
GRANTED, REFUSED, DECLINED, WITHDRAWN = "granted", "refused", "declined", "withdrawn"
OUTCOME_LABELS: Final = {GRANTED: "同意", REFUSED: "不同意", DECLINED: "不予受理", WITHDRAWN: "已撤回"}

# What of the registry's facts can be corrected by itself; the keys are the registry's.
FACT_LABELS: Final = {
    "name": "姓名", "sex": "性别", "birth_date": "出生日期", "id_number": "证件号", "phone": "电话",
    "occupation": "职业", "presence": "居住状态", "away_at": "外出去向", "origin": "户籍地", "address_note": "住址备注",
}  # fmt: skip
EVERYTHING: Final = "everything"
ITEM_LABELS: Final = {
    **FACT_LABELS,
    "home": "所在的户",
    "tag": "标签",
    "visit": "走访记录",
    "case": "事项",
    "other": "其他",
    EVERYTHING: "全部",
}
ITEMS_OF: Final = {
    CORRECTION: (*FACT_LABELS, "home", "tag", "visit", "case", "other"),
    COPY: (EVERYTHING,),
    ERASURE: (EVERYTHING, "phone", "occupation", "away_at", "origin", "address_note", "tag", "visit"),
    OBJECTION: ("tag",),
}


# Tags by which relief is paid: kept while it is.
RELIEF_TAGS: Final = frozenset({"minimum_living", "low_income_edge", "extreme_poverty"})


def wait_after(failures: int) -> timedelta:
    """Return how long to refuse after so many wrong answers: 2, 4, 8 … seconds beyond the free ones."""
    over = failures - FREE_FAILURES
    return timedelta() if over < 0 else timedelta(seconds=2 ** (min(over, 10) + 1))


def why_not_hand_over(
    *, holder: str, document: str, age: int | None, is_dead: bool
) -> tuple[str, str] | None:
    """Return (field, sentence) where this person may not get this code by this document, or None."""
    if holder not in HOLDER_LABELS:
        return "holder", "请选择来办的是谁。"
    if is_dead and holder != KIN:
        return "holder", "这份档案已登记为去世，只能由近亲属查阅。"
    if holder == KIN and not is_dead:
        return "holder", "本人健在，近亲属不能代为查阅；受本人委托的，请选“受托人”。"
    if holder in (SELF, AGENT) and age is not None and age < OWN_FROM_AGE:
        return "holder", f"不满 {OWN_FROM_AGE} 周岁，由监护人查阅。"
    if document not in DOCUMENTS_OF[holder]:
        return "document", f"{HOLDER_LABELS[holder]}来办，请查验：{_documents(holder)}。"
    if holder == GUARDIAN and age is not None and age >= ADULT_FROM_AGE and document != "guardianship":
        return "document", "成年人的监护人，请查验监护关系证明。"
    return None


def _documents(holder: str) -> str:
    return "，或者".join(DOCUMENT_LABELS[one] for one in DOCUMENTS_OF[holder])


def read_proof(text: str) -> str:
    """Return what somebody typed as proof (last six of the ID number, or the birthday) without blanks and marks."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in folded if one.isascii() and one.isalnum())


def proof_of(id_number: str, birth_date: date | None) -> str:
    """Return what the holder of a code must know besides: the last six of the number, else the birthday's eight."""
    if id_number:
        return id_number[-6:].upper()
    return f"{birth_date:%Y%m%d}" if birth_date else ""


def is_over(*, started_at: datetime, seen_at: datetime, at: datetime) -> bool:
    """Whether a session has ended by itself."""
    return at - seen_at >= SESSION_IDLE or at - started_at >= SESSION_MAX


def what_is_asked(kind: str, item: str) -> str:
    """Say a request in a line that names no value: ``申请更正本人档案中的“电话”``."""
    if kind == COPY:
        return "申请领取本人档案的纸质副本"
    if kind == ERASURE and item == EVERYTHING:
        return "申请删除本人的全部个人信息"
    verb = {CORRECTION: "申请更正", ERASURE: "申请删除", OBJECTION: "撤回同意或提出异议："}[kind]
    return f"{verb}本人档案中的“{ITEM_LABELS[item]}”"


def why_not_ask(*, kind: str, item: str, words: str) -> tuple[str, str] | None:
    """Return (field, sentence) that refuses a request as it is written, or None."""
    if kind not in KIND_LABELS:
        return "kind", "请选择要办什么。"
    if item not in ITEMS_OF[kind]:
        return "item", "请选择是哪一项。"
    if len(words) > WORDS_MAX:
        return "words", f"写得太长了，最多 {WORDS_MAX} 字。"
    if kind == CORRECTION and not words.strip():
        return "words", "请写应该是什么，或者哪里不对。"
    return None
