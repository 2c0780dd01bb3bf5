"""Show one whole number: with a purpose, on record, so many an hour; beyond that nobody is shown anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.disclosure import rules
from minqing.disclosure.events import NumberShown, NumbersRefused
from minqing.disclosure.permissions import SHOW_NUMBERS
from minqing.disclosure.rules import Link
from minqing.disclosure.services.glass import raise_alarm
from minqing.disclosure.services.opening import linked
from minqing.journal.public import Entry, record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.registry import public as registry

_HAVE: dict[str, frozenset[str]] = {
    registry.RESIDENT: frozenset({rules.ID_NUMBER, rules.PHONE}),
    registry.ENTERPRISE: frozenset({rules.PHONE}),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole number for one page that is not stored; ``because`` is what the entry says."""

    label: str
    value: str
    whose: str
    because: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be written down of one act."""

    subject_kind: str
    subject_id: UUID
    area_id: UUID
    field: str
    purpose: str
    words: str
    link: Link


# Under which words a file shows its masked numbers.
_SHOWN_AS: Final = {"证件号": rules.ID_NUMBER, "电话": rules.PHONE, "联系电话": rules.PHONE}


def numbers_to_show(file: registry.Dossier, by: Actor) -> list[tuple[str, str]]:
    """Return (field, label) of the masked numbers on a file that the actor may ask for whole."""
    if not by.may(SHOW_NUMBERS, file.area_path):
        return []
    return [(_SHOWN_AS[one.label], one.label) for one in file.facts if one.label in _SHOWN_AS]


def show_number(
    *,
    ref: registry.SubjectRef,
    field: str,
    purpose: str,
    words: str,
    by: Actor,
    at: datetime,
    also: Iterable[Link] = (),
) -> Shown:
    """Return a resident's ID number or phone, or an enterprise's phone, and record it with its purpose.

    Raises :class:`NotThere`, :class:`NeedsReason` without a link, :class:`TooMany` beyond the hour's number (an alarm).
    """
    if field not in _HAVE.get(ref.kind, frozenset()):
        raise NotThere
    if purpose not in rules.PURPOSES:
        raise Refused("请选择用途。", field="purpose")
    if wrong := rules.why_not_words(words, rules.NUMBER_WORDS_MIN):
        raise Refused(wrong[1], field=wrong[0])
    link = linked(ref=ref, by=by, at=at, also=also)
    who = registry.subject(ref.kind, ref.id, by)
    by.require(SHOW_NUMBERS)
    asked = _Asked(ref.kind, ref.id, who.area_id, field, purpose, words, link)
    value = _counted(asked, lambda: _number(ref, field, by), by=by, at=at)
    return Shown(rules.FIELD_LABELS[field], value, who.name, link.because)


def show_contact(*, case_id: UUID, by: Actor, at: datetime) -> Shown:
    """Return a reporter's whole phone to whoever may call back; the case is the purpose.

    Raises :class:`NotThere`, :class:`NotAllowed`, or :class:`TooMany` beyond the hour's number (an alarm).
    """
    case = cases.require_case(case_id, by)
    cases.phone_to_call(case, by)  # refuses before anything is counted
    because = f"事项 {case.number}"
    link = Link(rules.CASE, case.id, "办理事项", because)
    asked = _Asked("case", case.id, case.area_id, rules.PHONE, rules.TO_CASE, "", link)
    value = _counted(asked, lambda: cases.phone_to_call(case, by), by=by, at=at)
    return Shown("联系电话", value, case.number, because)


def _number(ref: registry.SubjectRef, field: str, by: Actor) -> str:
    if ref.kind == registry.ENTERPRISE:
        firm = registry.Enterprise.objects.visible_to(by).filter(id=ref.id).only("phone").first()
        value = (firm.phone if firm else "") or ""
    else:
        values = registry.identities([ref.id], by).get(ref.id)
        value = getattr(values, field) if values else ""
    if not value:
        raise NotThere(f"这份档案没有登记{rules.FIELD_LABELS[field]}。")
    return value


def _counted(asked: _Asked, read: Callable[[], str], *, by: Actor, at: datetime) -> str:
    """Count, write down and read in one transaction; beyond the limit write the alarm instead, then refuse."""
    most = rules.numbers_per_hour(by.acting.role.key if by.acting else "")
    with transaction.atomic():
        # Two at once would both find the last place free.
        accounts.Person.objects.select_for_update(no_key=True).only("id").get(id=by.person_id)
        read_at = list(
            Entry.objects.filter(
                person_id=by.person_id, kind=NumberShown.kind, at__gt=at - rules.NUMBERS_WITHIN
            )
            .order_by("-at")
            .values_list("at", flat=True)[:most]
        )
        if len(read_at) < most:
            value = read()
            record(_event(asked), by=by.hand, at=at)
            return value
        _refuse(most, asked.area_id, by=by, at=at)
    free_at = read_at[-1] + rules.NUMBERS_WITHIN
    raise TooMany(
        f"一小时内最多查看 {most} 个完整号码，您已经到了上限。已告知安全管理员；确有需要，请过一会儿再来，"
        "或请同事代办。",
        retry_after=max(1, int((free_at - at).total_seconds())),
    )


def _event(asked: _Asked) -> NumberShown:
    return NumberShown(
        subject_kind=asked.subject_kind, subject_id=asked.subject_id, area_id=asked.area_id, field=asked.field,
        purpose=asked.purpose, words=asked.words, because=asked.link.because, link_kind=asked.link.kind,
        link_id=asked.link.id,
    )  # fmt: skip


def _refuse(most: int, area_id: UUID, *, by: Actor, at: datetime) -> None:
    """Write down that somebody wanted more, and alarm the security administrator once in that hour."""
    where = by.acting.area_id if by.acting else area_id
    record(
        NumbersRefused(
            subject_kind="person", subject_id=by.person_id, area_id=where, whose=by.person_name, per_hour=most
        ),
        by=by.hand,
        at=at,
    )
    sentence = f"{by.person_name}一小时内查看完整号码已到 {most} 次上限，还要查看"
    raise_alarm(rules.NUMBERS, by.person_id, where, sentence, at=at)
