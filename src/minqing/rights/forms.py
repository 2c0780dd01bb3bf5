"""How input about rights is checked, for every door alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from minqing.kernel.ids import uuid7
from minqing.kernel.text import CleanCharField, CleanTextField
from minqing.rights import rules
from minqing.rights.services.codes import Shown
from minqing.rights.services.requests import Asked
from minqing.ui.fields import DateInput

_NOT_LOADED = "这一页没有加载完整，请刷新后再试。"
_CHOOSE = {"required": "请选择。", "invalid_choice": "请从列表中选择。"}


class HandOverForm(forms.Form):
    """What a clerk types from the document that somebody shows at the desk."""

    id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _NOT_LOADED, "invalid": _NOT_LOADED}
    )
    holder = forms.ChoiceField(
        label="来办的是谁",
        choices=list(rules.HOLDER_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    document = forms.ChoiceField(
        label="查验的证件", choices=[("", "请选择"), *rules.DOCUMENT_LABELS.items()], error_messages=_CHOOSE
    )
    id_number = CleanCharField(
        label="档案本人的证件号",
        required=False,
        max_length=30,
        help_text="照着证件输入，和档案里登记的核对。只核对，不另外保存。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label="档案本人的出生日期",
        required=False,
        widget=DateInput,
        help_text="档案里没有证件号的，照着户口簿填，和档案核对。",
        error_messages={"invalid": "出生日期不对，请核对。"},
    )
    holder_name = CleanCharField(
        label="来办的人的姓名",
        required=False,
        max_length=rules.NAME_MAX,
        help_text="本人来办不用填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.BooleanField(
        label="我当面看过证件原件，不是电话里说的",
        error_messages={"required": "要当面看过证件原件才能发。电话里不能发。"},
    )

    @classmethod
    def blank(cls, *, has_number: bool) -> HandOverForm:
        """Return an empty form with an id of its own."""
        form = cls(initial={"id": uuid7(), "holder": rules.SELF, "document": "id_card"})
        form.fit(has_number=has_number)
        return form

    def fit(self, *, has_number: bool) -> None:
        """Ask for the number where the file has one, else for the birthday."""
        del self.fields["birth_date" if has_number else "id_number"]
        asked = self.fields["id_number" if has_number else "birth_date"]
        asked.required = True
        asked.error_messages["required"] = "请照着证件填。"

    @property
    def shown(self) -> Shown:
        """Return what was shown, for the service."""
        given = self.cleaned_data
        return Shown(
            holder=given["holder"], document=given["document"], id_number=given.get("id_number", ""),
            birth_date=given.get("birth_date"), holder_name=given["holder_name"],
        )  # fmt: skip

    @property
    def code_id(self) -> UUID:
        found: UUID = self.cleaned_data["id"]
        return found


class WhoForm(forms.Form):
    """Whose document lies on the desk: found by the whole number, posted and kept nowhere."""

    id_number = CleanCharField(
        label="证件号",
        max_length=30,
        help_text="照着证件输入 18 位。",
        error_messages={"required": "请照着证件输入 18 位证件号。", "max_length": "证件号只有 18 位。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PersonalCodeForm(forms.Form):
    """How a resident signs in to their own file."""

    code = CleanCharField(
        label="本人查阅码",
        max_length=40,
        help_text="村（社区）给您的 10 位字母和数字。",
        error_messages={"required": "请输入查阅码。", "max_length": "查阅码只有 10 位。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    proof = CleanCharField(
        label="证件号后 6 位",
        max_length=20,
        help_text="没有登记证件号的，填 8 位生日，例如 19560308。",
        error_messages={"required": "请输入证件号后 6 位。", "max_length": "只要后 6 位。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AskForm(forms.Form):
    """What a resident asks about one item of their file."""

    id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _NOT_LOADED, "invalid": _NOT_LOADED}
    )
    kind = forms.ChoiceField(
        label="要办什么",
        choices=list(rules.KIND_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    item = forms.ChoiceField(
        label="是哪一项", choices=[("", "请选择"), *rules.ITEM_LABELS.items()], error_messages=_CHOOSE
    )
    item_id = forms.UUIDField(
        widget=forms.HiddenInput, required=False, error_messages={"invalid": _NOT_LOADED}
    )
    words = CleanTextField(
        label="应该是什么，或者为什么",
        required=False,
        max_length=rules.WORDS_MAX,
        help_text="加密保存，只有办理的人看得到。",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": f"写得太长了，最多 {rules.WORDS_MAX} 字。"},
    )

    @property
    def asked(self) -> Asked:
        """Return what is asked, for the service."""
        given = self.cleaned_data
        return Asked(given["id"], given["kind"], given["item"], given["item_id"], given["words"])


class CarryOutForm(forms.Form):
    """What the registrar does once a request is granted: a new value, or a remark of what was done by hand."""

    value = CleanCharField(label="改成", required=False, max_length=120)
    remark = CleanTextField(
        label="怎么办的", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    sure = forms.BooleanField(
        label="我已看过上面列的范围，确认办理", error_messages={"required": "请先看清范围，再勾选确认。"}
    )

    def __init__(self, *args: Any, kind: str, item: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fact = kind == rules.CORRECTION and item in rules.FACT_LABELS
        by_hand = kind == rules.CORRECTION and item not in rules.FACT_LABELS and item != "tag"
        if fact:
            self.fields["value"].label = f"{rules.FACT_LABELS[item]}改成"
            self.fields["value"].required = True
            self.fields["value"].error_messages["required"] = "请写应该是什么。"
        else:
            del self.fields["value"]
        if by_hand:
            self.fields["remark"].required = True
            self.fields["remark"].error_messages["required"] = "请写清楚怎么更正的。"
        else:
            del self.fields["remark"]
        if kind != rules.ERASURE:
            del self.fields["sure"]
