"""How one's own settings are checked, for desk and phone alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from minqing.kernel.access import Actor
from minqing.kernel.text import CleanCharField
from minqing.notices.queries.lists import OwnChannel, preference, told_kinds
from minqing.notices.rules import ADDRESS_MAX, MAIL_SCHEMES
from minqing.ui.fields import BigManyChoices, TimeInput


def _kinds(label: str, **given: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=BigManyChoices, required=False, **given)


def _choices(actor: Actor, keys: Iterable[str] | None = None) -> list[tuple[str, str]]:
    wanted = None if keys is None else set(keys)
    return [(one.key, one.label) for one in told_kinds(actor) if wanted is None or one.key in wanted]


class PreferenceForm(forms.Form):
    """What one hears in the product, and one's own quiet hours."""

    heard = _kinds("在系统里提醒我", help_text="去掉的以后不再出现在“消息”里；待办不受影响")
    quiet_begins = forms.TimeField(label="我的静默时段，从", widget=TimeInput, required=False)
    quiet_ends = forms.TimeField(
        label="到", widget=TimeInput, required=False,
        help_text="这段时间里不往手机发，过后再发；督查催办这类急事照发。都空着就只按全县的来",
    )  # fmt: skip

    def __init__(self, data: Any, *, actor: Actor) -> None:
        held = preference(actor)
        self._offered = [key for key, _ in _choices(actor)]
        self._kept = [key for key in held.muted if key not in self._offered]
        heard = [key for key in self._offered if key not in held.muted]
        first = {"heard": heard, "quiet_begins": held.quiet_begins, "quiet_ends": held.quiet_ends}
        super().__init__(data, initial=first)
        self.fields["heard"].choices = _choices(actor)  # type: ignore[attr-defined]

    @property
    def muted(self) -> list[str]:
        """What one does not want to hear; what was not offered stays as it was."""
        return self._kept + [key for key in self._offered if key not in self.cleaned_data["heard"]]


class AddressForm(forms.Form):
    """One's own address on a channel."""

    address = CleanCharField(label="接收号码", max_length=ADDRESS_MAX, required=False)
    kinds = _kinds("发给我")
    is_on = forms.BooleanField(label="启用", required=False)

    def __init__(self, data: Any, *, actor: Actor, channel: OwnChannel) -> None:
        super().__init__(data, initial={"kinds": channel.kinds, "is_on": channel.is_on})
        self.fields["kinds"].choices = _choices(actor, channel.channel.kinds)  # type: ignore[attr-defined]
        is_mail = channel.channel.scheme in MAIL_SCHEMES
        self.fields["address"].label = "邮箱地址" if is_mail else "接收号码"
        wanted = "如 zhang@example.cn；加密保存" if is_mail else "手机号或账号，按渠道的要求填；加密保存"
        self.fields["address"].help_text = f"现在是 {channel.shown}；不改就空着" if channel.is_set else wanted
        self.fields["address"].required = not channel.is_set
