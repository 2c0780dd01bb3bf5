"""The forms of the administration: areas, people, appointments, the calendar, the audit's filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms

from minqing.accounts import public as accounts
from minqing.desk.forms_registry import FilterForm
from minqing.kernel.text import CleanCharField, CleanTextField
from minqing.ui.fields import DateInput, TimeInput

NAME_MAX: Final = 60
CODE_MAX: Final = 24
UNIT_NAME_MAX: Final = 80
REASON_MAX: Final = 200
USERNAME_MAX: Final = 40
PASSWORD_MAX: Final = 128
HOLIDAYS_MAX: Final = 4000
Choices = Iterable[tuple[str, str]]


def _reason(label: str = "原因") -> CleanTextField:
    widget = forms.Textarea(attrs={"rows": 2})
    return CleanTextField(
        label=label, max_length=REASON_MAX, widget=widget, help_text="会留在这个辖区的沿革里"
    )


class OpenAreaForm(forms.Form):
    """A new area."""

    name = CleanCharField(label="名称", max_length=NAME_MAX)
    code = CleanCharField(label="编码", max_length=CODE_MAX)
    lon = forms.FloatField(label="中心点经度", min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(label="中心点纬度", min_value=-90, max_value=90, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and (given.get("lon") is None) != (given.get("lat") is None):
            self.add_error("lon", "经度和纬度要一起填。")
        return given


class RenameAreaForm(forms.Form):
    """Another name for an area."""

    name = CleanCharField(label="新名称", max_length=NAME_MAX)
    reason = _reason()


class MoveAreaForm(forms.Form):
    """Another parent for an area; ``was`` is the one that the preview was made for."""

    to = forms.UUIDField(widget=forms.HiddenInput)
    was = forms.UUIDField(widget=forms.HiddenInput)
    reason = _reason("调整原因")


class CloseAreaForm(forms.Form):
    """An area is no more."""

    reason = _reason("撤销原因")


class PeopleFilterForm(FilterForm):
    """What the list of people may be narrowed to."""

    text = CleanCharField(label="找", max_length=NAME_MAX, required=False)
    role = forms.ChoiceField(label="职务", required=False)
    area = forms.ChoiceField(label="辖区", required=False)
    vacant = forms.BooleanField(label="现在没有任职的", required=False)

    def __init__(self, data: Any, *, areas: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["text"].widget.attrs |= {"type": "search", "placeholder": "姓名或用户名"}
        self.offer("role", [(key, role.label) for key, role in accounts.ROLES.items()])
        self.offer("area", areas)


class UnitFilterForm(FilterForm):
    """What the list of units may be narrowed to."""

    text = CleanCharField(label="找", max_length=NAME_MAX, required=False)
    area = forms.ChoiceField(label="辖区", required=False)

    def __init__(self, data: Any, *, areas: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["text"].widget.attrs |= {"type": "search", "placeholder": "单位名称"}
        self.offer("area", areas)


class OpenUnitForm(forms.Form):
    """A new office."""

    name = CleanCharField(label="单位名称", max_length=UNIT_NAME_MAX)
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *accounts.UNIT_KINDS.items()])


class CloseUnitForm(forms.Form):
    """Dissolving an office."""

    reason = CleanTextField(label="撤销原因", max_length=REASON_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class CloseAccountForm(forms.Form):
    """Closing an account."""

    reason = CleanTextField(label="停用原因", max_length=REASON_MAX, widget=forms.Textarea(attrs={"rows": 2}))


class PersonForm(forms.Form):
    """A new account."""

    name = CleanCharField(label="姓名", max_length=NAME_MAX)
    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.-]{2,}$",
        label="用户名",
        max_length=USERNAME_MAX,
        help_text="登录用，3 个以上的字母、数字、点、横线，字母开头",
        error_messages={"invalid": "用户名只能用字母、数字、点和横线，字母开头，至少 3 个。"},
    )
    password = forms.CharField(
        label="初始密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="当面告诉本人，让本人登录后自己改",
    )


class ResetPasswordForm(forms.Form):
    """Another password for somebody who forgot theirs."""

    new = forms.CharField(
        label="新密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="当面告诉本人，让本人登录后自己改。现在登录着的设备会退出",
    )


class AppointForm(forms.Form):
    """A role at an area from a day on; choices are those that the area allows."""

    area = forms.UUIDField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label="职务")
    unit = forms.ChoiceField(label="单位", required=False, help_text="承办人要选单位，其他职务不用选")
    starts_on = forms.DateField(label="从哪天起", widget=DateInput())
    ends_on = forms.DateField(
        label="到哪天止", required=False, widget=DateInput(), help_text="不填就是一直任职"
    )

    def __init__(self, *args: Any, roles: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("role", roles), ("unit", units)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "—"), *choices]


class EndAppointmentForm(forms.Form):
    """The last day of an appointment."""

    ends_on = forms.DateField(
        label="最后一天", widget=DateInput(), help_text="填今天，明天起没有权限；填昨天，马上没有权限"
    )
    reason = _reason()
    reason.help_text = "会留在记录里"


class DayForm(forms.Form):
    """One day of the calendar."""

    is_working = forms.TypedChoiceField(
        label="这一天", choices=[("yes", "上班"), ("no", "休息")], coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    label = CleanCharField(
        label="说明", max_length=40, required=False, help_text="如：国庆节、调休上班、台风停工"
    )


class PublishForm(forms.Form):
    """A year as it was announced."""

    year = forms.IntegerField(label="年份", min_value=2004, max_value=2100)
    holidays = CleanTextField(
        label="放假", max_length=HOLIDAYS_MAX, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一个假期，如：10月1日至10月7日 国庆节",
    )  # fmt: skip
    make_up_days = CleanTextField(
        label="调休上班", max_length=HOLIDAYS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一天，如：10月10日 国庆节调休",
    )  # fmt: skip
    source = CleanCharField(label="放假通知的文号", max_length=120, help_text="如：国办发明电〔2026〕12号")


class HoursForm(forms.Form):
    """The office hours, and when a clock turns yellow."""

    morning_opens = forms.TimeField(label="上午上班", widget=TimeInput())
    morning_closes = forms.TimeField(label="上午下班", widget=TimeInput())
    afternoon_opens = forms.TimeField(label="下午上班", widget=TimeInput())
    afternoon_closes = forms.TimeField(label="下午下班", widget=TimeInput())
    yellow_percent = forms.IntegerField(
        label="变黄的时候（剩下百分之几）",
        min_value=0,
        max_value=100,
        help_text="如 25：一个 8 小时的时限，剩 2 小时变黄",
    )


class AuditFilterForm(FilterForm):
    """What the audit may be narrowed to; a person and a subject come by links."""

    group = forms.ChoiceField(label="哪一类", required=False)
    reads = forms.ChoiceField(
        label="改动或查看", required=False, choices=[("", "全部"), ("no", "只看改动"), ("yes", "只看查阅")]
    )
    area = forms.ChoiceField(label="辖区", required=False)
    since = forms.DateField(label="从", required=False, widget=DateInput())
    until = forms.DateField(label="到", required=False, widget=DateInput())

    def __init__(self, data: Any, *, areas: Choices, groups: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.offer("group", groups)
        self.offer("area", areas)
