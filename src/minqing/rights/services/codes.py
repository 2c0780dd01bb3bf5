"""Hand over a personal code to whoever showed a document, and withdraw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.cases.public import read_code
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor, Hand
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import short_code
from minqing.kernel.sealed import blind_index
from minqing.registry import public as registry
from minqing.rights import rules
from minqing.rights.events import CodeHandedOver, CodeWithdrawn
from minqing.rights.models import PersonalCode, PersonalSession
from minqing.rights.permissions import HAND_OVER_CODES

_SHOWN_ONCE = "这个查阅码已经发出，只显示一次。没有抄下来，请重新发一个，原来的同时作废。"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a clerk typed from the document that was shown; the number or the birthday is compared and not kept."""

    holder: str
    document: str
    id_number: str = ""
    birth_date: date | None = None
    holder_name: str = ""


def code_hash(code: str) -> bytes:
    """Return the keyed hash by which a code is found; the code itself is kept nowhere."""
    return blind_index(code, "personal code")


def proof_hash(code_id: UUID, proof: str) -> bytes:
    """Return the keyed hash of what the holder must know besides, salted with the code's id."""
    return blind_index(f"{code_id}\0{proof}", "personal code proof")


def whose_document(id_number: str, *, by: Actor, at: datetime) -> UUID:
    """Return the file to which the number on a document belongs, among those the clerk may see. Raises ``Refused``."""
    number = registry.read_id_number(id_number, clock.local(at).date())
    if isinstance(number, str):
        raise Refused(number, field="id_number")
    found = registry.find_exact(by, number.value, today=clock.local(at).date())
    for row in found:
        if row.view.kind == registry.RESIDENT and not registry.own_file(row.view.id).is_merged:
            return row.view.id
    raise Refused("您的辖区里没有登记这个证件号。住在别处的，请到住的村（社区）办理。", field="id_number")


@transaction.atomic
def hand_over(
    *, code_id: UUID, resident_id: UUID, shown: Shown, by: Actor, at: datetime
) -> tuple[PersonalCode, str]:
    """Make a code for somebody whose document agrees with the file; return it with its letters, shown this once.

    A code that the same holder had ends. Raises ``Refused`` naming the field, ``Conflict`` for the same form again.
    """
    file = registry.own_file(resident_id)
    by.require(HAND_OVER_CODES, file.area_path)
    if file.is_merged:
        raise Refused("这份档案已经并到同一个人的另一份，请从那一份发查阅码。", field="holder")
    if PersonalCode.objects.filter(id=code_id).exists():
        raise Conflict(_SHOWN_ONCE)
    today = clock.local(at).date()
    refusal = rules.why_not_hand_over(
        holder=shown.holder, document=shown.document, age=file.age_on(today), is_dead=file.is_dead
    )
    if refusal:
        raise Refused(refusal[1], field=refusal[0])
    if shown.holder != rules.SELF and not shown.holder_name:
        raise Refused(f"请写{rules.HOLDER_LABELS[shown.holder]}的姓名。", field="holder_name")
    proof = _compared(file, shown, today)
    for before in PersonalCode.objects.select_for_update().filter(
        resident=resident_id, holder=shown.holder, withdrawn_at=None
    ):
        _end(before, "换了新的查阅码", by.hand, at, file.area_id)
    code = short_code(rules.CODE_LENGTH)
    made = PersonalCode(
        id=code_id, resident_id=resident_id, code_hash=code_hash(code), proof_hash=proof_hash(code_id, proof),
        holder=shown.holder, holder_name=shown.holder_name or None, document=shown.document,
        number_agreed=bool(file.id_index), handed_at=at, handed_by_id=by.person_id,
        handed_by_label=by.hand.appointment_label, expires_at=at + rules.CODE_LASTS,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_SHOWN_ONCE) from None
    handed = CodeHandedOver(
        subject_kind=registry.RESIDENT, subject_id=resident_id, area_id=file.area_id,
        holder_label=made.holder_label, document_label=made.document_label, number_agreed=made.number_agreed,
        until=clock.local(made.expires_at).date(),
    )  # fmt: skip
    record(handed, by=by.hand, at=at)
    return made, code


def _compared(file: registry.OwnFile, shown: Shown, today: date) -> str:
    """Compare what was typed from the document with the file and return the proof. Raises ``Refused``."""
    if file.id_index is not None:
        number = registry.read_id_number(shown.id_number, today)
        if isinstance(number, str):
            raise Refused(number, field="id_number")
        if registry.id_index(number.value) != file.id_index:
            raise Refused(
                "证件号和档案里登记的不一致，不能发查阅码。请核对证件是不是这个人的。", field="id_number"
            )
        return rules.proof_of(number.value, None)
    if file.birth_date is None:
        raise Refused(
            "档案里没有登记证件号，也没有出生日期，没法核对。请先补登，再发查阅码。", field="id_number"
        )
    if shown.birth_date != file.birth_date:
        raise Refused("档案里没有证件号，出生日期又和证件上的不一致，不能发查阅码。", field="birth_date")
    return rules.proof_of("", shown.birth_date)


@transaction.atomic
def withdraw_code(*, code_id: UUID, by: Actor, at: datetime) -> PersonalCode:
    """End a code, because it was lost or its holder no longer may; its sessions end with it."""
    code, file = _locked(code_id)
    by.require(HAND_OVER_CODES, file.area_path)
    if code.withdrawn_at is None:
        _end(code, "工作人员停用", by.hand, at, file.area_id)
    return code


@transaction.atomic
def end_code(*, code_id: UUID, why: str, hand: Hand, at: datetime) -> None:
    """End a code without an official: its holder gave it up, or somebody guessed too often."""
    code, file = _locked(code_id)
    if code.withdrawn_at is None:
        _end(code, why, hand, at, file.area_id)


@transaction.atomic
def end_codes(*, resident_id: UUID, why: str, hand: Hand, at: datetime) -> int:
    """End every code of a file; return how many."""
    area_id = registry.own_file(resident_id).area_id
    codes = list(PersonalCode.objects.select_for_update().filter(resident=resident_id, withdrawn_at=None))
    for one in codes:
        _end(one, why, hand, at, area_id)
    return len(codes)


def read_personal_code(text: str) -> str | None:
    """Return a code as people type it, or None."""
    return read_code(text, rules.CODE_LENGTH)


def _locked(code_id: UUID) -> tuple[PersonalCode, registry.OwnFile]:
    code = PersonalCode.objects.select_for_update().filter(id=code_id).first()
    if code is None:
        raise NotThere("没有这个查阅码。")
    return code, registry.own_file(code.resident_id)


def _end(code: PersonalCode, why: str, hand: Hand, at: datetime, area_id: UUID) -> None:
    code.withdrawn_at, code.withdrawn_because = at, why
    code.save(update_fields=["withdrawn_at", "withdrawn_because"])
    PersonalSession.objects.filter(code=code).delete()
    ended = CodeWithdrawn(
        subject_kind=registry.RESIDENT, subject_id=code.resident_id, area_id=area_id, why=why
    )
    record(ended, by=hand, at=at)
