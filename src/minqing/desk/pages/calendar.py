"""工作日历: which days people work, by year; deadlines count on it. Changes are made here, clocks follow by a job."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.areas import public as areas
from minqing.desk.answers import refused_onto
from minqing.desk.asked import a_day, posted
from minqing.desk.forms_administration import DayForm, HoursForm, PublishForm
from minqing.desk.holidays import read_days
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

YEAR_MIN: Final = 2004
YEAR_MAX: Final = 2100
CHANGES_SHOWN: Final = 10
FOLLOWS: Final = "正在走的时限由后台重新计算，一两分钟内跟上。"


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the year: what people do that day, and why if it is no ordinary day."""

    day: date
    works: bool
    label: str
    is_special: bool
    is_today: bool

    @property
    def mark(self) -> str:
        """Return the letter that says it without colour, on days that are not as the weekday would have them."""
        return ("班" if self.works else "休") if self.is_special else ""

    @property
    def words(self) -> str:
        """Say the day in words, for those who do not see the grid."""
        return f"{self.day.month}月{self.day.day}日，{'上班' if self.works else '休息'}" + (
            f"，{self.label}" if self.label else ""
        )


@page(signed_in="the working calendar is a published fact")
@require_safe
@never_cache
def calendar(request: OfficialRequest) -> HttpResponse:
    """Show a year by months, whether it is published, the office hours, and the last changes."""
    today = clock.local(clock.now()).date()
    text = request.GET.get("year", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    year = min(max(asked, YEAR_MIN), YEAR_MAX)
    known = {one.date: one for one in workflow.days_of_year(year)}
    now = workflow.current_calendar()
    years = [one for one in range(today.year - 2, today.year + 4) if YEAR_MIN <= one <= YEAR_MAX]
    changes = journal.timeline("calendar", areas.county().id)
    context = {
        "year": year,
        "years": [(one, one in now.published) for one in sorted({*years, year})],
        "is_published": year in now.published,
        "is_known": bool(known),
        "months": [(month, _weeks(year, month, known, today)) for month in range(1, 13)],
        "hours": now.hours,
        "yellow_percent": now.yellow_percent,
        "changes": list(reversed(changes))[:CHANGES_SHOWN],
        "may_edit": request.actor.may(workflow.EDIT_CALENDAR),
    }
    return render(request, "desk/administration/calendar.html", context)


def _weeks(year: int, month: int, known: dict[date, Any], today: date) -> list[list[Day | None]]:
    """Return the weeks of a month, Monday first; days of other months are None."""
    return [
        [_cell(day, known.get(day), today) if day.month == month else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]


def _cell(day: date, row: workflow.WorkingDay | None, today: date) -> Day:
    usual = day.weekday() < 5
    works = row.is_working if row else usual
    return Day(day, works, row.label if row else "", works != usual or bool(row and row.label), day == today)


@page(workflow.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def day(request: OfficialRequest, on: str) -> HttpResponse:
    """Say that people work on a day, or do not."""
    chosen = a_day(on)
    if chosen is None or not YEAR_MIN <= chosen.year <= YEAR_MAX:
        raise NotThere("没有这一天，请从日历里选。")
    row = next((one for one in workflow.days_of_year(chosen.year) if one.date == chosen), None)
    works = row.is_working if row else chosen.weekday() < 5
    form = DayForm(
        posted(request), initial={"is_working": "yes" if works else "no", "label": row.label if row else ""}
    )
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                workflow.set_working_day(day=chosen, **form.cleaned_data, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已保存。{FOLLOWS}")
                return redirect(f"{reverse('desk:calendar')}?year={chosen.year}")
    # The rest of the source names the package it came through, which is no reader's business.
    stands = row.source.partition("（chinesecalendar")[0] if row else "还没有公布，按星期推算"
    lead = f"现在是{'上班' if works else '休息'}（{stands}）"
    context = {"form": form, "day": chosen, "lead": lead, "year_text": str(chosen.year)}
    return render(request, "desk/administration/calendar_day.html", context, status=status)


@page(workflow.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def publish(request: OfficialRequest) -> HttpResponse:
    """Write a whole year as the State Council announced it."""
    asked = request.GET.get("year", "")
    form = PublishForm(
        posted(request), initial={"year": asked if asked.isascii() and asked.isdigit() else None}
    )
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid() and (days := _days_of(form)) is not None:
            given = form.cleaned_data
            try:
                changed = workflow.publish_year(
                    year=given["year"], holidays=days[0], make_up_days=days[1], source=given["source"],
                    by=request.actor, at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"{given['year']} 年已公布，有 {changed} 天和原来不同。{FOLLOWS}")
                return redirect(f"{reverse('desk:calendar')}?year={given['year']}")
    return render(request, "desk/administration/calendar_publish.html", {"form": form}, status=status)


def _days_of(form: PublishForm) -> tuple[dict[date, str], dict[date, str]] | None:
    """Return holidays and days worked instead, or None with the sentence beside the field."""
    read = []
    for name in ("holidays", "make_up_days"):
        days = read_days(form.cleaned_data[name], form.cleaned_data["year"])
        if isinstance(days, str):
            form.add_error(name, days)
        else:
            read.append(days)
    return (read[0], read[1]) if len(read) == 2 else None


@page(workflow.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hours(request: OfficialRequest) -> HttpResponse:
    """Set the office hours and when a clock turns yellow."""
    now = workflow.current_calendar()
    morning, afternoon = now.hours
    first = {
        "morning_opens": morning.opens, "morning_closes": morning.closes, "afternoon_opens": afternoon.opens,
        "afternoon_closes": afternoon.closes, "yellow_percent": now.yellow_percent,
    }  # fmt: skip
    form = HoursForm(posted(request), initial=first)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                _set_hours(form.cleaned_data, request)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"办公时间已改。{FOLLOWS}")
                return redirect("desk:calendar")
    return render(request, "desk/administration/calendar_hours.html", {"form": form}, status=status)


def _set_hours(given: dict[str, Any], request: OfficialRequest) -> None:
    for part in ("morning", "afternoon"):
        if given[f"{part}_closes"] <= given[f"{part}_opens"]:
            raise Refused("下班要晚于上班。", field=f"{part}_closes")
    workflow.set_office_hours(
        morning=workflow.OfficeHours(given["morning_opens"], given["morning_closes"]),
        afternoon=workflow.OfficeHours(given["afternoon_opens"], given["afternoon_closes"]),
        yellow_percent=given["yellow_percent"], by=request.actor, at=clock.now(),
    )  # fmt: skip
