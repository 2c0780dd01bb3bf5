"""Fill, edit and publish the working calendar. Every change makes a version; clocks follow by the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from minqing.areas import public as areas
from minqing.journal import public as journal
from minqing.kernel.access import SYSTEM, Actor, Hand
from minqing.kernel.errors import Refused
from minqing.workflow.events import CalendarChanged, TermSet
from minqing.workflow.models import CalendarVersion, Recomputation, WorkingDay, published_years
from minqing.workflow.official import OfficialDay, covered_years, official_days
from minqing.workflow.permissions import EDIT_CALENDAR
from minqing.workflow.rules import OfficeHours

YEAR_MIN: Final = 2004  # the first year the published calendar covers
YEAR_MAX: Final = 2100
LABEL_LENGTH: Final = 40
_COLUMNS: Final = ("is_working", "label", "source", "published")


@transaction.atomic
def ensure_calendar(*, at: datetime) -> int:
    """Fill the years that ``chinesecalendar`` covers and the table does not; return the number of new days.

    Runs after every migration: a new release of the package brings the next year in. Days that an office has
    edited stay as they are.
    """
    missing = sorted(set(covered_years()) - published_years())
    if not missing:
        return 0
    before = WorkingDay.objects.count()
    rows = [WorkingDay(**day.columns()) for year in missing for day in official_days(year)]
    WorkingDay.objects.bulk_create(rows, ignore_conflicts=True)
    # A day that an office set before its year was published keeps what the office said, and counts as published.
    WorkingDay.objects.filter(date__year__in=missing, published=False).update(published=True)
    years = f"{missing[0]}" if len(missing) == 1 else f"{missing[0]}–{missing[-1]}"
    days = (date(missing[0], 1, 1), date(missing[-1], 12, 31))
    new_version(f"载入 {years} 年的工作日", by=SYSTEM, at=at, days=days)
    return WorkingDay.objects.count() - before


@transaction.atomic
def set_working_day(*, day: date, is_working: bool, label: str, by: Actor, at: datetime) -> WorkingDay:
    """Say that people work on a date or do not; running clocks follow within a minute."""
    _require(by, day.year)
    words = f"{day.year}年{day.month}月{day.day}日{'上班' if is_working else '休息'}"
    if len(label) > LABEL_LENGTH:
        raise Refused(f"说明不能超过 {LABEL_LENGTH} 个字。", field="label")
    stood = WorkingDay.objects.filter(date=day).values_list("is_working", flat=True).first()
    worked = day.weekday() < 5 if stood is None else stood
    row, made = WorkingDay.objects.get_or_create(
        date=day,
        defaults={"is_working": is_working, "label": label, "source": by.person_name, "published": False},
    )
    if not made and (row.is_working, row.label) == (is_working, label):
        return row
    row.is_working, row.label, row.source = is_working, label, by.person_name
    row.save()
    days = (day, day) if worked != is_working else None  # another name for it moves no clock
    new_version(f"{words}（{label}）" if label else words, by=by.hand, at=at, days=days)
    return row


@transaction.atomic
def publish_year(
    *,
    year: int,
    holidays: Mapping[date, str],
    make_up_days: Mapping[date, str],
    source: str,
    by: Actor,
    at: datetime,
) -> int:
    """Write a whole year as announced: days off, weekend days worked instead, Monday to Friday otherwise.

    ``source`` names the announcement (国办发明电…). Returns how many days differ from what stood there.
    Deadlines that were provisional for want of this year become firm when their clocks are computed again.
    """
    _require(by, year)
    named = [*holidays, *make_up_days]
    if any(day.year != year for day in named):
        raise Refused(f"有的日期不在 {year} 年。", field="holidays")
    if both := sorted(set(holidays) & set(make_up_days)):
        raise Refused(f"{both[0]:%m月%d日}既写了放假又写了上班。", field="make_up_days")
    if not holidays:
        raise Refused("请至少填写一个放假的日子。", field="holidays")
    if not source.strip():
        raise Refused("请写明放假通知的文号或出处。", field="source")
    days = []
    for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=offset)
        works = day in make_up_days or (day.weekday() < 5 and day not in holidays)
        days.append(OfficialDay(day, works, holidays.get(day) or make_up_days.get(day) or "", source.strip()))
    was_published = year in published_years()
    stood = dict(WorkingDay.objects.filter(date__year=year).values_list("date", "is_working"))
    changed = sum(stood.get(day.date) != day.is_working for day in days)
    moved = [one.date for one in days if stood.get(one.date, one.date.weekday() < 5) != one.is_working]
    WorkingDay.objects.bulk_create(
        [WorkingDay(**day.columns()) for day in days],
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=_COLUMNS,
    )
    if not was_published:  # every deadline that rests on the year becomes firm, moved or not
        moved = [days[0].date, days[-1].date]
    touched = (moved[0], moved[-1]) if moved else None
    new_version(f"公布 {year} 年放假安排（{source.strip()}）", by=by.hand, at=at, days=touched)
    return changed


@transaction.atomic
def set_office_hours(
    *, morning: OfficeHours, afternoon: OfficeHours, yellow_percent: int, by: Actor, at: datetime
) -> CalendarVersion:
    """Set the office hours, and how much of a clock is yellow (the last percent of its working time)."""
    by.require(EDIT_CALENDAR)
    if morning.closes > afternoon.opens:
        raise Refused("下午上班不能早于上午下班。", field="afternoon_opens")
    if not 0 <= yellow_percent <= 100:
        raise Refused("预警比例应在 0 到 100 之间。", field="yellow_percent")
    hours = f"{morning.opens:%H:%M}–{morning.closes:%H:%M}、{afternoon.opens:%H:%M}–{afternoon.closes:%H:%M}"
    return new_version(
        f"办公时间 {hours}，最后 {yellow_percent}% 预警",
        by=by.hand,
        at=at,
        hours=(morning, afternoon),
        yellow_percent=yellow_percent,
    )


def _require(by: Actor, year: int) -> None:
    by.require(EDIT_CALENDAR)
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Refused(f"年份应在 {YEAR_MIN} 到 {YEAR_MAX} 之间。", field="date")


def new_version(
    what: str,
    *,
    by: Hand,
    at: datetime,
    days: tuple[date, date] | None = None,
    hours: tuple[OfficeHours, OfficeHours] | None = None,
    yellow_percent: int | None = None,
    why: str = "",
) -> CalendarVersion:
    """Add a version with what changed, and journal it; ``days``: from which to which they count otherwise now.

    ``why``: given where an office set a term, which moves no clock that runs.
    """
    with connection.cursor() as cursor:  # one change after the other, so that numbers have no gaps or twins
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('workflow.calendar'))")
    latest = CalendarVersion.objects.first() or CalendarVersion(number=0)
    morning, afternoon = hours or latest.hours
    version = CalendarVersion.objects.create(
        number=latest.number + 1,
        made_at=at,
        what=what[:200],
        by_name=by.person_name,
        morning_opens=morning.opens,
        morning_closes=morning.closes,
        afternoon_opens=afternoon.opens,
        afternoon_closes=afternoon.closes,
        yellow_percent=latest.yellow_percent if yellow_percent is None else yellow_percent,
    )
    if days is not None or hours is not None or version.yellow_percent != latest.yellow_percent:
        first, last = days or (None, None)
        Recomputation.objects.create(number=version.number, made_at=at, first_day=first, last_day=last)
    county = areas.Area.objects.filter(level=areas.COUNTY).first()
    if county is not None:  # the calendar is filled before any county is loaded
        about: dict[str, Any] = {"subject_kind": "calendar", "subject_id": county.id, "area_id": county.id}
        event = (
            TermSet(**about, version=version.number, what=what, why=why)
            if why
            else CalendarChanged(**about, version=version.number, what=what)
        )
        journal.record(event, by=by, at=at)
    return version
