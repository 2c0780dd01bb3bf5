"""What a visit may say, how it is told apart from another, and how often whom to call on: plain functions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Final
from uuid import UUID

VISIT, CARE, SAFETY, POLICY, DISPUTE, MISSED = "visit", "care", "safety", "policy", "dispute", "missed"
KIND_LABELS: Final = {
    VISIT: "日常走访",
    CARE: "关爱探访",
    SAFETY: "安全检查",
    POLICY: "政策宣传",
    DISPUTE: "矛盾了解",
    MISSED: "未遇到人",
}

TEXT_MAX: Final = 4000  # two written pages; more is a report, not a diary
MET_MAX: Final = 500  # a dozen names with what they are to each other
FINDING_TEXT_MAX: Final = 500  # one sentence, long enough for the longest way of telling it
FINDINGS_MAX: Final = 20  # more at one door is an inspection
PHOTOS_MAX: Final = 9  # what a phone's picker offers at once
EXCERPT_CHARS: Final = 80  # two lines on a phone
AMEND_WITHIN: Final = timedelta(days=3)  # while it is still remembered; later a new visit says it better
# Back in the browser and once more “提交”: somebody comes back to a form within the hour, and nobody finds the same to
# write, to the letter, at the same door twice within one.
TWIN_WITHIN: Final = timedelta(hours=1)
EARLIEST: Final = timedelta(days=400)  # last year's paper notebook may be typed in; older is a wrong year
CLOCK_AHEAD: Final = timedelta(minutes=5)  # telephones' clocks run ahead by minutes
ACCURACY_MAX_M: Final = 100_000.0  # beyond this a telephone does not even know the county
_METRE_DECIMALS: Final = 6  # 0.1 m: no GPS knows more


@dataclass(frozen=True, slots=True)
class GeoFix:
    """Where the telephone says it is: degrees WGS-84, and within how many metres (None: not said)."""

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class FindingInput:
    """A sentence picked out of a visit; solved on the spot, and how, or left open."""

    text: str
    solved_on_spot: bool = False
    solution: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The three blocks of a visit and its kind."""

    met: str
    heard: str
    done: str
    kind: str = VISIT


FIELD_LABELS: Final = {"kind": "类型", "met": "见了谁", "heard": "听到什么", "done": "办了什么"}


def excerpt(text: str, chars: int = EXCERPT_CHARS) -> str:
    """Return the beginning of a text on one line, with ``…`` where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= chars else line[: chars - 1].rstrip() + "…"


# A sentence ends at these marks and at the end of a line; closing quotes and brackets belong to it.
_END = "。！？；!?;…"
_SENTENCE = re.compile(rf"[^{_END}\n]*[{_END}]+[”’」』）】)\"']*|[^{_END}\n]+")
_PAUSE = re.compile(r"[，、,：:\s]")


def sentences(text: str) -> list[str]:
    """Split what was heard into sentences, in order, each fit to be a finding (``FINDING_TEXT_MAX`` at most)."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        rest = match.group().strip()
        while len(rest) > FINDING_TEXT_MAX:
            piece, rest = _cut(rest)
            found.append(piece)
        found.append(rest)
    return [one for one in found if any(c.isalnum() for c in one)]


def _cut(long: str) -> tuple[str, str]:
    """Cut one breathless sentence at its last pause within the limit, or at the limit."""
    pauses = [match.end() for match in _PAUSE.finditer(long, 0, FINDING_TEXT_MAX)]
    at = pauses[-1] if pauses else FINDING_TEXT_MAX
    return long[:at].strip(), long[at:].strip()


def content_hash(
    *,
    officer_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    visited_at: datetime,
    words: Words,
    findings: Sequence[FindingInput],
    place: GeoFix | None,
    photo_hashes: Sequence[str],
) -> bytes:
    """Return the SHA-256 of what was sent: the same visit sent again has the same one."""
    content = [
        str(officer_id),
        subject_kind,
        str(subject_id),
        visited_at.timestamp(),
        [words.kind, words.met, words.heard, words.done],
        [[one.text, one.solved_on_spot, one.solution] for one in findings],
        [place.lon, place.lat, place.accuracy_m] if place else None,
        list(photo_hashes),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).digest()


def why_not_words(words: Words, *, findings: int) -> tuple[str, str] | None:
    """Return (field, sentence) that refuses the words of a visit, or None."""
    if words.kind not in KIND_LABELS:
        return "kind", f"请在这些类型里选一个：{'、'.join(KIND_LABELS.values())}。"
    for name, limit in (("met", MET_MAX), ("heard", TEXT_MAX), ("done", TEXT_MAX)):
        length = len(getattr(words, name))
        if length > limit:
            return name, f"“{FIELD_LABELS[name]}”有 {length} 字，最多 {limit} 字，请精简后再提交。"
    if words.kind != MISSED and not (words.met or words.heard or words.done or findings):
        return "met", "请至少写一句：见了谁、听到什么，或办了什么。没遇到人请选“未遇到人”。"
    return None


def why_not_when(visited_at: datetime, at: datetime) -> str | None:
    """Return the sentence that refuses the time of a visit, or None."""
    if visited_at > at + CLOCK_AHEAD:
        return "走访时间还没有到，请核对日期和时间。"
    if visited_at < at - EARLIEST:
        return f"走访时间在 {EARLIEST.days} 天以前，请核对年份；确实要补记的，请写进备注随新的走访提交。"
    return None


def why_not_place(place: GeoFix) -> str | None:
    """Return the sentence that refuses a position, or None."""
    numbers = [place.lon, place.lat] + ([] if place.accuracy_m is None else [place.accuracy_m])
    on_earth = all(isfinite(n) for n in numbers) and abs(place.lon) <= 180 and abs(place.lat) <= 90
    if not on_earth or not 0 <= (place.accuracy_m or 0) <= ACCURACY_MAX_M:
        return "定位数据不对，请关闭定位后再提交，走访内容不会丢。"
    return None


def rounded(place: GeoFix) -> GeoFix:
    """Return the position without decimals that no telephone knows."""
    metres = None if place.accuracy_m is None else round(place.accuracy_m, 1)
    return GeoFix(round(place.lon, _METRE_DECIMALS), round(place.lat, _METRE_DECIMALS), metres)


def why_not_findings(findings: Sequence[FindingInput]) -> str | None:
    """Return the sentence that refuses the findings of one visit, or None."""
    if len(findings) > FINDINGS_MAX:
        return f"一次走访最多记 {FINDINGS_MAX} 条发现，现在有 {len(findings)} 条，请合并或分开记。"
    seen: dict[str, int] = {}
    for number, one in enumerate(findings, start=1):
        if not one.text:
            return f"第 {number} 条发现还没有写内容。"
        if len(one.text) > FINDING_TEXT_MAX or len(one.solution) > FINDING_TEXT_MAX:
            return f"第 {number} 条发现太长，内容和解决办法各最多 {FINDING_TEXT_MAX} 字。"
        if one.solution and not one.solved_on_spot:
            return f"第 {number} 条写了解决办法，请勾选“现场已解决”，或清空解决办法。"
        if one.text in seen:
            return f"第 {number} 条发现和第 {seen[one.text]} 条相同，请删去一条。"
        seen[one.text] = number
    return None


def why_not_amend(*, is_own: bool, recorded_at: datetime, at: datetime) -> str | None:
    """Return the sentence that refuses a change to a visit, or None."""
    if not is_own:
        return "只有记录人本人可以修改这条走访。"
    if at > recorded_at + AMEND_WITHIN:
        return f"走访提交超过 {AMEND_WITHIN.days} 天，不能再修改；有新情况请再记一次走访。"
    return None


@dataclass(frozen=True, slots=True)
class Cadence:
    """How many days at most between two calls on whoever carries a tag, how to say it, and why."""

    tag: str
    word: str
    within_days: int
    why: str


# A county's own custom, not a law: whoever would not be missed for a week is called on weekly, whoever needs help with
# daily life every fortnight, whom a storm or a fire would hit every month.
CADENCES: Final = (
    Cadence("living_alone", "独居", 7, "跌倒或生病一周内要有人知道"),
    Cadence("very_old", "高龄", 14, "身体变化快，半个月看一次"),
    Cadence("left_behind_elder", "子女不在身边", 14, "有事没有人跑腿"),
    Cadence("left_behind_child", "留守", 14, "父母不在身边，半个月问一次"),
    Cadence("serious_illness", "重病", 14, "治疗和照料的困难变化快"),
    Cadence("extreme_poverty", "特困供养", 14, "吃穿用度靠供养，要看有没有落实"),
    Cadence("disabled", "行动不便", 30, "辅具、照料和补助每月核一次"),
    Cadence("minimum_living", "低保", 30, "家庭情况每月了解一次"),
    Cadence("low_income_edge", "低保边缘", 30, "一场病就可能返困"),
    Cadence("dangerous_house", "住危旧房", 30, "雨季裂缝一个月就会变"),
    Cadence("geological_risk", "在地灾点旁", 30, "沟口、坡脚每月看一次"),
    Cadence("fire_risk", "是消防重点", 30, "通道和灭火器每月看一次"),
    Cadence("key_enterprise", "是重点企业", 30, "驻企服务每月至少一次"),
    Cadence("start_up", "是新办企业", 60, "开办头一年手续最多"),
)
# Every door twice in half a year, so that the untagged are not forgotten either.
HOUSEHOLD_WITHIN_DAYS: Final = 90


def due_reason(label: str, word: str, days: int | None) -> str:
    """Say why somebody is due: ``张阿婆独居，已 9 天未走访``; ``days`` None: never called on."""
    since = "还没有走访过" if days is None else f"已 {days} 天未走访"
    return f"{label}{word}，{since}" if word else f"{label}{since}"
