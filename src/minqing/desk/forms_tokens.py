"""The forms of tokens: for one's own script, and for a system of the county."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms

from minqing.accounts import public as accounts
from minqing.kernel.text import CleanCharField
from minqing.ui.fields import BigManyChoices

_NOT_LOADED = "这一页没有加载完整，请再点一次提交。"


class TokenForm(forms.Form):
    """A token for oneself."""

    offered: tuple[str, ...] = accounts.OWN_SCOPES
    days_max = accounts.OWN_DAYS_MAX
    days_usual = 30

    id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _NOT_LOADED, "invalid": _NOT_LOADED}
    )
    name = CleanCharField(
        label="名称",
        max_length=accounts.TOKEN_NAME_MAX,
        help_text="写清楚给什么程序用，办事的记录里会带上它",
        error_messages={"required": "请写清楚给什么程序用。"},
    )
    scopes = forms.MultipleChoiceField(
        label="用途",
        widget=BigManyChoices,
        help_text="只选用得着的；权限不会超过任职",
        error_messages={"required": "请至少选择一项用途。"},
    )
    days = forms.IntegerField(label="有效天数", min_value=1)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"id": uuid4(), "days": self.days_usual})
        choices = [(key, accounts.SCOPE_LABELS[key]) for key in self.offered]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]
        days = self.fields["days"]
        days.help_text = f"最多 {self.days_max} 天，到期再做一个"
        days.widget.attrs |= {"max": self.days_max}

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        token_id: UUID = self.cleaned_data["id"]
        return {
            "token_id": token_id,
            "name": self.cleaned_data["name"],
            "scopes": self.cleaned_data["scopes"],
            "days": self.cleaned_data["days"],
        }


class SystemTokenForm(TokenForm):
    """A token for a system, in the appointment of whoever answers for it."""

    offered = tuple(accounts.SCOPE_LABELS)
    days_max = accounts.SYSTEM_DAYS_MAX
    days_usual = 365
