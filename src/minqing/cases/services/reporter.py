"""What a reporter does with a receipt beside answering: adds a word, urges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from minqing.cases import rules
from minqing.cases.events import FileAttached, Urged, WordAdded
from minqing.cases.models import Addition, Case
from minqing.cases.services.files import attach, kept_only_if_all_goes_well, made_safe
from minqing.cases.services.steps import reporter_hand, reporter_time
from minqing.journal.public import record
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.kernel.ids import random_id, uuid7


def add_word(*, receipt_code: str, words: str, at: datetime, photos: Sequence[BinaryIO] = ()) -> Case:
    """Add a word (and photos) to one's own case. The same word sent twice is one word."""
    if refusal := rules.why_not_words(words):
        raise Refused(refusal, field="words")
    pictures = made_safe(photos)
    with transaction.atomic(), kept_only_if_all_goes_well() as names:
        case = _locked_open(receipt_code)
        said = Addition.objects.filter(case=case)
        if said.filter(words=words).exists():
            return case
        if said.count() >= rules.ADDITIONS_MAX:
            raise TooMany(
                f"已经补充了 {rules.ADDITIONS_MAX} 次，请等待办理，或拨打 12345。", retry_after=86400
            )
        hand, at = reporter_hand(case), reporter_time(case, at)
        Addition.objects.create(
            id=random_id() if case.is_anonymous else uuid7(), case=case, words=words, added_at=at
        )
        attach(case, pictures, step="", at=at, names=names)
        added = WordAdded(subject_kind="case", subject_id=case.id, area_id=case.area_id, words=words)
        record(added, by=hand, at=at)
        if pictures:
            attached = FileAttached(
                subject_kind="case", subject_id=case.id, area_id=case.area_id, count=len(pictures)
            )
            record(attached, by=hand, at=at)
        return case


@transaction.atomic
def urge(*, receipt_code: str, at: datetime) -> Case:
    """Urge, once a day."""
    case = _locked_open(receipt_code)
    at = reporter_time(case, at)
    if not rules.may_urge_again(case.urged_at, at):
        raise TooMany("今天已经催过了，承办人看得到。明天还没有动静，请再催。", retry_after=3600)
    case.urges += 1
    case.urged_at = at
    case.save(update_fields=["urges", "urged_at"])
    urged = Urged(subject_kind="case", subject_id=case.id, area_id=case.area_id, times=case.urges)
    record(urged, by=reporter_hand(case), at=at)
    return case


def _locked_open(receipt_code: str) -> Case:
    case = (
        Case.objects.unscoped("the receipt is the right to speak")
        .select_for_update()
        .filter(receipt_code=rules.read_code(receipt_code, rules.RECEIPT_LENGTH) or "")
        .first()
    )
    if case is None:
        raise NotThere("没有这张回执，请核对回执码。")
    if case.closed_at is not None:
        raise Refused("这件事已经了结。如果又有新情况，请重新反映一次。")
    return case
