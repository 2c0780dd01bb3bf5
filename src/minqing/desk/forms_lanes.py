"""Forms of petitions and of the mayor's lane."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.formats import date_format

from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.text import CleanCharField, CleanTextField
from minqing.ui.fields import BigChoices, DateInput, DateTimeInput

LINE_MAX: Final = 80
NOTES_MAX: Final = 1000
_YES_NO: Final = [("yes", "是"), ("no", "否")]


class SponsorForm(forms.Form):
    """Who answers for it."""

    sponsor = forms.TypedChoiceField(
        label="包案领导", coerce=UUID,
        error_messages={"required": "请选择包案领导。", "invalid_choice": "请从名单里选一位包案领导。"},
    )  # fmt: skip

    def __init__(self, data: Any, *, people: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["sponsor"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


class SitInDayForm(forms.Form):
    """A day on which somebody sits and listens."""

    starts_at = forms.DateTimeField(
        label="开始", widget=DateTimeInput(), error_messages={"required": "请填写日期和开始时间。"}
    )
    place = CleanCharField(label="地点", max_length=LINE_MAX, error_messages={"required": "请填写地点。"})
    host = CleanCharField(label="谁接待", max_length=LINE_MAX, error_messages={"required": "请填写谁接待。"})
    slots = forms.IntegerField(
        label="几个时段", min_value=1, max_value=cases.SLOTS_MAX, initial=6,
        error_messages={"required": "请填写几个时段。"},
    )  # fmt: skip
    slot_minutes = forms.IntegerField(
        label="每个时段几分钟", min_value=5, max_value=120, initial=30,
        error_messages={"required": "请填写每个时段几分钟。"},
    )  # fmt: skip
    after_hours = forms.BooleanField(label="就定在这个时间（休息日或办公时间以外）", required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        if not (data and data.get("after_hours")):
            self.fields["after_hours"].widget = forms.HiddenInput()

    def ask(self) -> None:
        """Put the question whether this time is meant."""
        self.fields["after_hours"].widget = forms.CheckboxInput()


class BookForm(forms.Form):
    """A free slot for a case."""

    slot = forms.ChoiceField(
        label="时段",
        error_messages={"required": "请选择一个时段。", "invalid_choice": "这个时段已经没有了，请另选一个。"},
    )

    def __init__(self, data: Any, *, free: Iterable[tuple[str, str, datetime]]) -> None:
        super().__init__(data)
        choices = [(key, f"{date_format(clock.local(at), 'n月j日 H:i')}　{where}") for key, where, at in free]
        self.fields["slot"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[UUID, int]:
        day, _, number = self.cleaned_data["slot"].partition(":")
        return UUID(day), int(number)


class MeetingForm(forms.Form):
    """What was said on the sit-in day."""

    came = forms.ChoiceField(
        label="人来了吗",
        choices=_YES_NO,
        widget=BigChoices,
        error_messages={"required": "请选择人来了没有。"},
    )
    notes = CleanTextField(
        label="谈了什么", max_length=NOTES_MAX, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明诉求和当场的答复；没有来，不用填。",
    )  # fmt: skip


class ReturnPlanForm(forms.Form):
    """When, how and by whom a return visit is made."""

    on = forms.DateField(
        label="哪天回访", widget=DateInput(), error_messages={"required": "请填写哪天回访。"}
    )
    how = forms.ChoiceField(
        label="怎样回访", choices=list(cases.HOW_LABELS.items()), widget=BigChoices,
        error_messages={"required": "请选择上门还是电话。"},
    )  # fmt: skip
    host = CleanCharField(
        label="谁去回访", max_length=LINE_MAX, error_messages={"required": "请填写谁去回访。"}
    )


class ReturnForm(forms.Form):
    """What a return visit found."""

    passed = forms.ChoiceField(
        label="办好了吗",
        choices=_YES_NO,
        widget=BigChoices,
        error_messages={"required": "请选择办好了没有。"},
    )
    said = CleanTextField(
        label="企业怎么说", max_length=NOTES_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写下企业怎么说。"},
    )  # fmt: skip


class LinesForm(forms.Form):
    """Why group leader and micro-grid try first."""

    reason = CleanTextField(
        label="为什么先由组长、微网格办", max_length=NOTES_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="小事先在组里、微网格里办；一天内没办好，自动升到村干部、村书记，再到镇街",
        error_messages={"required": "请写明为什么先由组长、微网格办。"},
    )  # fmt: skip


class LiftForm(forms.Form):
    """Why a matter goes to the mayor's lane."""

    reason = CleanTextField(
        label="为什么镇街解决不了", max_length=NOTES_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么镇街解决不了。"},
    )  # fmt: skip
