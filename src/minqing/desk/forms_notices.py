"""The forms of channels and subscriptions, and the filters of what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from minqing.desk.forms_registry import FilterForm
from minqing.kernel.text import CleanCharField
from minqing.notices import public as notices
from minqing.ui.fields import BigManyChoices, DateInput, TimeInput

Choices = Iterable[tuple[str, str]]


def _kinds(label: str, **given: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=BigManyChoices, required=False, **given)


def _choices() -> list[tuple[str, str]]:
    return [(one.key, one.label) for one in notices.told_kinds()]


class ChannelForm(forms.Form):
    """A channel: its address is typed and never shown again."""

    name = CleanCharField(label="名称", max_length=notices.NAME_MAX, help_text="如“谷来镇值班群”“短信”")
    url = CleanCharField(label="地址", max_length=notices.URL_MAX, required=False)
    kinds = _kinds("经它发出的消息")
    area = forms.ChoiceField(
        label="只发这个辖区的事", required=False, help_text="只对群有用；个人只收与自己有关的"
    )
    unit = forms.ChoiceField(label="只发这个单位承办的事", required=False)
    is_on = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(
        self, data: Any, *, areas: Choices, units: Choices, channel: notices.Channel | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        if channel is not None:
            initial = {
                "name": channel.name, "kinds": channel.kinds, "area": str(channel.area_id),
                "unit": str(channel.unit_id or ""), "is_on": channel.is_on,
            }  # fmt: skip
        super().__init__(data, initial=initial)
        self.fields["kinds"].choices = _choices()  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", "全县"), *areas]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "不限单位"), *units]  # type: ignore[attr-defined]
        self.fields["url"].required = channel is None
        self.fields["url"].help_text = (
            f"现在是 {channel.shown}；不改就空着"
            if channel
            else f"照指南里的写法；发给个人的，用 {notices.PLACEHOLDER} 表示各人自己的号码。加密保存，不再显示"
        )


class QuietForm(forms.Form):
    """The county's quiet hours."""

    quiet_begins = forms.TimeField(label="从", widget=TimeInput, required=False)
    quiet_ends = forms.TimeField(
        label="到", widget=TimeInput, required=False, help_text="可以跨过零点；都空着就是不设"
    )


class SubscriptionForm(forms.Form):
    """A subscription of another system: its address is typed and never shown again."""

    name = CleanCharField(label="名称", max_length=notices.NAME_MAX, help_text="如“市级平台”")
    url = CleanCharField(label="接收地址", max_length=notices.URL_MAX, required=False)
    kinds = _kinds("推送哪些事")
    area = forms.ChoiceField(label="只推这个辖区的事", required=False)
    is_on = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(
        self, data: Any, *, kinds: Choices, areas: Choices, subscription: notices.Subscription | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        if subscription is not None:
            initial = {
                "name": subscription.name, "kinds": subscription.kinds, "area": str(subscription.area_id),
                "is_on": subscription.is_on,
            }  # fmt: skip
        super().__init__(data, initial=initial)
        self.fields["kinds"].choices = list(kinds)  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", "全县"), *areas]  # type: ignore[attr-defined]
        self.fields["url"].required = subscription is None
        self.fields["url"].help_text = (
            f"现在是 {subscription.shown}；不改就空着"
            if subscription
            else "以 https:// 开头；加密保存，存后不再显示"
        )


class DeliveryFilterForm(FilterForm):
    """What the list of deliveries is narrowed to."""

    text = CleanCharField(label="事项编号", max_length=30, required=False)
    state = forms.ChoiceField(label="状态", required=False)
    channel = forms.ChoiceField(label="渠道", required=False)
    kind = forms.ChoiceField(label="消息", required=False)
    since = forms.DateField(label="从", widget=DateInput, required=False)
    until = forms.DateField(label="到", widget=DateInput, required=False)

    def __init__(self, data: Any, *, channels: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.offer("state", [(key.value, label) for key, label in notices.STATE_LABELS.items()])
        self.offer("channel", channels)
        self.offer("kind", [*_choices(), (notices.TRIAL.key, notices.TRIAL.label)])
