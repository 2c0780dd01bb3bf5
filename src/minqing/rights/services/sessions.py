"""Let somebody in who has a code and knows what stands on the document, and out again soon."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from minqing.journal.public import record_read
from minqing.kernel.access import SYSTEM, Hand
from minqing.kernel.errors import NotThere, Refused, TooMany
from minqing.kernel.sealed import blind_index
from minqing.registry import public as registry
from minqing.rights import rules
from minqing.rights.models import PersonalCode, PersonalSession
from minqing.rights.services.codes import code_hash, end_code, proof_hash, read_personal_code

WRONG = "查阅码或证件号后 6 位不对，请照着领到的纸条和证件再输一次。"
_EXPIRED = "这个查阅码已经过期。请带上证件，到村（社区）重新领一个。"
_ENDED = "这个查阅码已经停用（{why}）。请带上证件，到村（社区）重新领一个。"
_DEAD = "这份档案已登记为去世。近亲属请带上亲属关系证明，到村（社区）办理。"
_GONE = "没有找到这份档案，可能已经合并或删除。请带上证件，到村（社区）问一问。"
_PURPOSES = {
    rules.SELF: "本人查阅自己的档案",
    rules.GUARDIAN: "监护人查阅",
    rules.AGENT: "受本人委托查阅",
    rules.KIN: "近亲属查阅",
}


@dataclass(frozen=True, slots=True)
class Me:
    """Whoever reads their own file, or that of a child, of somebody they act for or lost."""

    session_id: UUID
    code_id: UUID
    holder: str
    file: registry.OwnFile
    expires_at: datetime

    @property
    def resident_id(self) -> UUID:
        return self.file.id

    @property
    def hand(self) -> Hand:
        return Hand(None, rules.HOLDER_LABELS[self.holder], None, "凭本人查阅码")

    @property
    def holder_label(self) -> str:
        return rules.HOLDER_LABELS[self.holder]

    @property
    def is_self(self) -> bool:
        return self.holder == rules.SELF


def open_session(*, typed_code: str, typed_proof: str, at: datetime) -> str:
    """Return the token of a new session, or refuse; unknown code and wrong proof sound the same.

    That the file was opened, and in which part, stands in the journal once per session.
    """
    code = read_personal_code(typed_code)
    found = PersonalCode.objects.filter(code_hash=code_hash(code)).first() if code else None
    if found is None:
        raise Refused(WRONG, field="code")
    _refuse_if_waiting(found, at)
    if not secrets.compare_digest(
        bytes(found.proof_hash), proof_hash(found.id, rules.read_proof(typed_proof))
    ):
        _count_failure(found, at)
        raise Refused(WRONG, field="code")
    if found.withdrawn_at is not None:
        raise Refused(_ENDED.format(why=found.withdrawn_because), field="code")
    if found.expires_at <= at:
        raise Refused(_EXPIRED, field="code")
    try:
        file = registry.own_file(found.resident_id)
    except NotThere:
        raise Refused(_GONE, field="code") from None
    if file.is_merged:
        raise Refused(_GONE, field="code")
    if file.is_dead and found.holder != rules.KIN:
        raise Refused(_DEAD, field="code")
    return _opened(found, file, at)


@transaction.atomic
def _opened(code: PersonalCode, file: registry.OwnFile, at: datetime) -> str:
    token = secrets.token_urlsafe(rules.TOKEN_BYTES)
    PersonalSession.objects.create(code=code, token_hash=_token_hash(token), started_at=at, seen_at=at)
    PersonalCode.objects.filter(id=code.id).update(last_used_at=at, failures=0, blocked_until=None)
    hand = Hand(None, code.holder_label, None, "凭本人查阅码")
    record_read(
        subject_kind=registry.RESIDENT, subject_id=file.id, area_id=file.area_id, by=hand, at=at,
        purpose=_PURPOSES[code.holder],
    )  # fmt: skip
    return token


def session(token: str, *, at: datetime) -> Me | None:
    """Return who reads with this token, and move the idle clock; None where the session is over."""
    if not token:
        return None
    found = PersonalSession.objects.filter(token_hash=_token_hash(token)).select_related("code").first()
    if found is None or found.code.withdrawn_at is not None or found.code.expires_at <= at:
        return None
    if rules.is_over(started_at=found.started_at, seen_at=found.seen_at, at=at):
        PersonalSession.objects.filter(id=found.id).delete()
        return None
    PersonalSession.objects.filter(id=found.id).update(seen_at=at)
    try:
        file = registry.own_file(found.code.resident_id)
    except NotThere:
        return None
    if file.is_merged:
        return None
    return Me(found.id, found.code_id, found.code.holder, file, found.code.expires_at)


def end_session(token: str) -> None:
    """End a session."""
    PersonalSession.objects.filter(token_hash=_token_hash(token)).delete()


def sweep_sessions(at: datetime) -> int:
    """Delete sessions that are over; return how many."""
    return PersonalSession.objects.filter(seen_at__lte=at - rules.SESSION_IDLE).delete()[0]


def _token_hash(token: str) -> bytes:
    return blind_index(token, "personal session")


def _refuse_if_waiting(code: PersonalCode, at: datetime) -> None:
    if code.blocked_until is None or code.blocked_until <= at:
        return
    seconds = math.ceil((code.blocked_until - at).total_seconds())
    words = f"{seconds} 秒" if seconds < 60 else f"{math.ceil(seconds / 60)} 分钟"
    raise TooMany(f"试错次数太多，请 {words}后再试。", retry_after=seconds)


def _count_failure(code: PersonalCode, at: datetime) -> None:
    with transaction.atomic():
        # The count rises in the database: ten guesses at once are ten guesses.
        PersonalCode.objects.filter(id=code.id).update(failures=F("failures") + 1)
        code.refresh_from_db(fields=["failures"])
        PersonalCode.objects.filter(id=code.id).update(blocked_until=at + rules.wait_after(code.failures))
        if code.failures >= rules.FAILURES_MAX and code.withdrawn_at is None:
            end_code(code_id=code.id, why="连续输错", hand=SYSTEM, at=at)
