"""What `/ui/` shows: every component in each of its states, with the line that makes it.

The code that is shown is the code that is run, so an example cannot go stale.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.utils.safestring import SafeString, mark_safe

from minqing.ui.components.lists import Column
from minqing.ui.gallery_examples import EXAMPLES, Example
from minqing.ui.gallery_forms import SampleFilter, SampleForm, SampleVisit
from minqing.ui.library import COMPONENTS, Component


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A timeline line as the journal gives it."""

    at: datetime
    who: str
    role_label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SampleAppointment:
    """An appointment as the accounts give it."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One example drawn, with its code; the component is named at its first example only."""

    example: Example
    component: Component | None
    drawn: SafeString


def sample_context(at: datetime) -> dict[str, Any]:
    """Make what the examples speak about: forms, a page of a list, times. No real person is in it."""
    return {
        "form": SampleForm(),
        "wrong_form": SampleForm({"phone": "1380575", "kind": "无"}),
        "filter": SampleFilter({"town": "gulai", "late": "on"}),
        "visit": SampleVisit(
            initial={"heard": "阿婆说屋后的水沟堵了。下雨天水会漫到灶间！儿子在杭州，周末回来。"}
        ),
        "page_of_many": Paginator(range(230), 20).page(4),
        "page_of_one": Paginator(range(7), 20).page(1),
        "columns": [
            Column(label="事项", sort="title"),
            Column(label="哪里", sort="area"),
            Column(label="还剩", sort="due"),
            Column(label="人数", sort="people", number=True),
        ],
        "just_now": at - timedelta(seconds=20),
        "two_hours_ago": at - timedelta(hours=2),
        "last_week": at - timedelta(days=8),
        "lines": [
            SampleLine(at - timedelta(days=3), "张伟", "网格员", "走访了陈家，记下一件要办的事"),
            SampleLine(at - timedelta(days=2), "李芳", "村（社区）受理员", "签收，交办给综合服务队"),
            SampleLine(at - timedelta(hours=5), "", "系统", "提醒：还剩 1 个工作日"),
        ],
        "appointments": [
            SampleAppointment(1, "举坑村第一网格网格员"),
            SampleAppointment(2, "谷来镇调度员"),
        ],
    }


def shown(request: HttpRequest, *, look: str, at: datetime) -> list[Shown]:
    """Draw every example as the desk or the phone shows it."""
    values = sample_context(at) | {"look": look}
    values["messages"] = [
        Message(constants.SUCCESS, "已交办给浦口街道综合执法队，应在 11月26日 17:00 前答复。"),
        Message(constants.ERROR, "手机号少一位，请核对。"),
    ]
    named: set[str] = set()
    drawn = []
    for example in EXAMPLES:
        if example.only not in ("", look):
            continue
        template = engines["django"].from_string("{% load ui %}" + example.code)
        component = None if example.name in named else COMPONENTS[example.name]
        named.add(example.name)
        drawn.append(Shown(example, component, mark_safe(template.render(values, request))))  # noqa: S308  our own code
    return drawn
