"""Open a file against a reason, judge the reason, and let nothing lie unjudged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minqing.accounts import public as accounts
from minqing.disclosure import rules
from minqing.disclosure.events import AlarmCleared, GlassBroken, GlassReviewed, ReviewOverdue
from minqing.disclosure.models import AccessAlarm, AccessNotice, BreakGlass, BreakGlassQuerySet
from minqing.disclosure.permissions import REVIEW_ACCESS, SEE_ALARMS
from minqing.disclosure.queries.supervisors import security_administrators, supervisors_of
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM, Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.registry import public as registry

SENTENCE_MAX: Final = 200
NOBODY_JUDGES: Final = "目前没有人能核查破例查阅：请先联系县里任命安全管理员。"
SWEEP_MAX: Final = 500  # in one run of the job; the next takes the rest


@transaction.atomic
def break_glass(
    *, ref: registry.SubjectRef, category: str, words: str, by: Actor, at: datetime
) -> BreakGlass:
    """Let the actor open one file for half an hour, tell the superior, and start the 72 hours; all or nothing.

    A second tab gets the same half hour. Refuses without words, and whoever has one that nobody judged in time.
    """
    who = registry.subject(ref.kind, ref.id, by)
    by.require(registry.SEE_REGISTRY)
    acting = by.acting
    assert acting is not None  # require() said so
    if category not in rules.CATEGORIES:
        raise Refused("请选择属于哪种情况。", field="category")
    if wrong := rules.why_not_words(words, rules.WORDS_MIN):
        raise Refused(wrong[1], field=wrong[0])
    accounts.Person.objects.select_for_update(no_key=True).only("id").get(id=by.person_id)
    own = BreakGlass.objects.unscoped("one's own broken glasses only").filter(person_id=by.person_id)
    running = own.filter(subject_kind=ref.kind, subject_id=ref.id, ends_at__gt=at).first()
    if running is not None:
        return running
    late = _unjudged(by).due_before(at).order_by("review_due_at").first()
    if late is not None:
        raise Refused(why_blocked(late))
    posts = supervisors_of(acting, by.person_id, clock.local(at).date())
    if not posts:
        raise Refused(NOBODY_JUDGES)
    glass = BreakGlass.objects.unscoped("a new row of one's own").create(
        person_id=by.person_id, appointment_id=acting.id, subject_kind=ref.kind, subject_id=ref.id,
        area_id=who.area_id, category=category, words=words, begun_at=at, ends_at=at + rules.GLASS_LASTS,
        reviewer_role=posts[0].role, reviewer_area_id=posts[0].area_id, review_due_at=at + rules.REVIEW_WITHIN,
    )  # fmt: skip
    told = list(dict.fromkeys(one.label for one in posts))
    record(
        GlassBroken(
            subject_kind=ref.kind, subject_id=ref.id, area_id=who.area_id, glass_id=glass.id, category=category,
            words=words, told=told,
        ),
        by=by.hand,
        at=at,
    )  # fmt: skip
    due = clock.local(glass.review_due_at)
    sentence = f"{by.person_name}破例查阅了一份档案（{glass.category_label}），请在 {due:%m-%d %H:%M} 前核查"
    tell([one.person_id for one in posts], sentence, glass=glass, at=at)
    return glass


@dataclass(frozen=True, slots=True)
class BeforeBreaking:
    """What the form says first: who will be told, or why one may not now."""

    told: tuple[str, ...]
    blocked: str
    judged_last: bool = False  # by whom overdue ones are handed to: nobody comes after them


def before_breaking(by: Actor, at: datetime) -> BeforeBreaking:
    """Return what somebody should know before giving a reason."""
    if by.acting is None:
        return BeforeBreaking((), "您目前没有有效的任职。")
    late = _unjudged(by).due_before(at).order_by("review_due_at").first()
    posts = supervisors_of(by.acting, by.person_id, clock.local(at).date())
    told = tuple(dict.fromkeys(f"{one.label} {one.person_name}" for one in posts))
    last = bool(posts) and posts[0].role in rules.LAST_RUNGS
    return BeforeBreaking(told, why_blocked(late) if late else "" if posts else NOBODY_JUDGES, last)


def _unjudged(by: Actor) -> BreakGlassQuerySet:
    return (
        BreakGlass.objects.unscoped("one's own broken glasses only")
        .filter(person_id=by.person_id)
        .unreviewed()
    )


def why_blocked(late: BreakGlass) -> str:
    """Return the sentence for whoever has a broken glass that nobody judged in time."""
    day = clock.local(late.begun_at)
    return (
        f"您 {day:%m-%d %H:%M} 的破例查阅超过 72 小时还没有人核查，核查之前不能再破例。"
        "请催促核查人，或联系安全管理员。"
    )


def tell(people: list[UUID], sentence: str, *, at: datetime, glass: BreakGlass | None = None) -> None:
    """Leave a line for each of these people."""
    AccessNotice.objects.bulk_create(
        AccessNotice(person_id=one, glass=glass, sentence=sentence[:SENTENCE_MAX], made_at=at)
        for one in dict.fromkeys(people)
    )


@transaction.atomic
def review(*, glass_id: UUID, verdict: str, words: str, by: Actor, at: datetime) -> BreakGlass:
    """Judge whether a reason held, with words. Not one's own, not twice. Raises :class:`NotThere`.

    Without a good reason the file closes at once, whatever is left of the half hour.
    """
    by.require(REVIEW_ACCESS)
    glass = BreakGlass.objects.visible_to(by).filter(id=glass_id).select_for_update(of=("self",)).first()
    if glass is None:
        raise NotThere
    if glass.person_id == by.person_id:
        raise Refused("自己的破例查阅不能由自己核查。")
    if not _may_judge(glass, by):
        raise NotThere
    if glass.reviewed_at is not None:
        raise Conflict(f"这次破例查阅已经核查过了：{glass.verdict_label}。")
    if verdict not in rules.VERDICTS:
        raise Refused("请选择有没有正当理由。", field="verdict")
    if wrong := rules.why_not_words(words, rules.NUMBER_WORDS_MIN):
        raise Refused(wrong[1], field=wrong[0])
    glass.reviewed_at, glass.reviewed_by_id = at, by.person_id
    glass.verdict, glass.verdict_words = verdict, words
    if verdict == rules.UNJUSTIFIED and glass.ends_at > at:
        glass.ends_at = max(at, glass.begun_at + timedelta(microseconds=1))  # it lasts longer than nothing
    glass.save(update_fields=["reviewed_at", "reviewed_by", "verdict", "verdict_words", "ends_at"])
    whose = accounts.person_names([glass.person_id]).get(glass.person_id, "")
    record(
        GlassReviewed(
            subject_kind=glass.subject_kind, subject_id=glass.subject_id, area_id=glass.area_id,
            glass_id=glass.id, whose=whose, begun_at=glass.begun_at, verdict=verdict, words=words,
        ),
        by=by.hand,
        at=at,
    )  # fmt: skip
    AccessNotice.objects.filter(glass=glass, read_at=None).update(read_at=at)
    tell([glass.person_id], f"您的破例查阅已核查：{glass.verdict_label}。{words}", glass=glass, at=at)
    if verdict == rules.UNJUSTIFIED:
        sentence = f"{whose}的破例查阅经{by.person_name}核查：没有正当理由"
        raise_alarm(rules.UNJUSTIFIED, glass.person_id, glass.area_id, sentence, at=at, glass=glass)
    return glass


def _may_judge(glass: BreakGlass, by: Actor) -> bool:
    """Whether the acting appointment is the post that judges, or looks into the alarms now that it is overdue."""
    acting = by.acting
    if acting is None:
        return False
    if (acting.role.key, acting.area_id) == (glass.reviewer_role, glass.reviewer_area_id):
        return True
    return acting.role in SEE_ALARMS.held_by


def raise_alarm(
    kind: str, person_id: UUID, area_id: UUID, sentence: str, *, at: datetime, glass: BreakGlass | None = None
) -> bool:
    """Raise an alarm once for a person and an hour (or a glass), tell the security administrators; say if it is new."""
    _, made = AccessAlarm.objects.unscoped("raised by whoever passes the limit").get_or_create(
        kind=kind, person_id=person_id, hour=rules.hour_of(at), glass=glass,
        defaults={"area_id": area_id, "sentence": sentence[:SENTENCE_MAX], "made_at": at},
    )  # fmt: skip
    if made:
        posts = security_administrators(area_id, clock.local(at).date())
        tell([one.person_id for one in posts if one.person_id != person_id], sentence, glass=glass, at=at)
    return made


def mark_overdue(at: datetime) -> int:
    """Hand what nobody judged within 72 hours to the security administrator; return how many. For the job."""
    marked = 0
    due = BreakGlass.objects.unscoped("the clock asks for everybody").unreviewed().due_before(at)
    for glass_id in list(due.filter(overdue_at=None).values_list("id", flat=True)[:SWEEP_MAX]):
        with transaction.atomic():
            glass = (
                BreakGlass.objects.unscoped("the clock asks for everybody")
                .filter(id=glass_id, overdue_at=None, reviewed_at=None)
                .select_for_update()
                .first()
            )
            if glass is None:  # judged or marked a moment ago
                continue
            glass.overdue_at = at
            glass.save(update_fields=["overdue_at"])
            whose = accounts.person_names([glass.person_id]).get(glass.person_id, "")
            record(
                ReviewOverdue(
                    subject_kind=glass.subject_kind, subject_id=glass.subject_id, area_id=glass.area_id,
                    glass_id=glass.id, whose=whose,
                ),
                by=SYSTEM,
                at=at,
            )  # fmt: skip
            sentence = f"{whose}的破例查阅超过 72 小时没有核查，请您核查"
            raise_alarm(rules.OVERDUE, glass.person_id, glass.area_id, sentence, at=at, glass=glass)
            marked += 1
    return marked


@transaction.atomic
def clear_alarm(*, alarm_id: UUID, words: str, by: Actor, at: datetime) -> AccessAlarm:
    """Write down what came of an alarm. Raises :class:`NotThere`."""
    by.require(SEE_ALARMS)
    alarm: AccessAlarm | None = (
        AccessAlarm.objects.visible_to(by).filter(id=alarm_id).select_for_update(of=("self",)).first()
    )
    if alarm is None:
        raise NotThere
    if alarm.cleared_at is not None:
        raise Conflict("这条告警已经处理过了。")
    if wrong := rules.why_not_words(words, rules.NUMBER_WORDS_MIN):
        raise Refused(wrong[1], field=wrong[0])
    alarm.cleared_at, alarm.cleared_by_id, alarm.cleared_words = at, by.person_id, words
    alarm.save(update_fields=["cleared_at", "cleared_by", "cleared_words"])
    record(
        AlarmCleared(
            subject_kind="person", subject_id=alarm.person_id, area_id=alarm.area_id, what=alarm.kind_label,
            words=words,
        ),
        by=by.hand,
        at=at,
    )  # fmt: skip
    return alarm


def mark_read(*, by: Actor, at: datetime) -> int:
    """Put one's own notices away; return how many."""
    return AccessNotice.objects.filter(person_id=by.person_id, read_at=None).update(read_at=at)
