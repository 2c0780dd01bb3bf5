"""What an address asks, read kindly: a page's number, an id, a day. What makes no sense is None, never an error."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.timezone import get_current_timezone

PAGE_DIGITS: Final = 6


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form sent, however little, or None when nothing was sent."""
    return request.POST if request.method == "POST" else None


def page_number(value: str | None) -> int:
    """Return the page that was asked for, 1 where that makes no sense."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= PAGE_DIGITS else 1


def paged(total: int, per_page: int, number: int) -> Page[Any]:
    """Return a page of so many rows, as the pagination component wants it."""
    return Paginator(range(total), per_page).get_page(number)


def an_id(value: str | None) -> UUID | None:
    """Return the id that was asked for."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def a_day(value: str | None) -> date | None:
    """Return the day (2026-11-20) that was asked for."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def beginning_of(day: date) -> datetime:
    """Return the county's midnight at which a day begins."""
    return datetime.combine(day, time(), get_current_timezone())


def end_of(day: date) -> datetime:
    """Return the county's midnight at which a day ends; the last day there is ends with itself."""
    return beginning_of(day + timedelta(days=1)) if day < date.max else beginning_of(day)
