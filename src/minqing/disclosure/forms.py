"""How a reason, a judgement and a purpose are asked for, at every door alike."""

from __future__ import annotations

from django import forms

from minqing.disclosure import rules
from minqing.kernel.text import CleanTextField
from minqing.ui.fields import BigChoices


class BreakGlassForm(forms.Form):
    """Why a file has to be opened that no work links one to."""

    category = forms.ChoiceField(
        label="属于哪种情况", choices=list(rules.CATEGORIES.items()), widget=BigChoices,
        error_messages={"required": "请选择属于哪种情况。"},
    )  # fmt: skip
    words = CleanTextField(
        label="为什么现在要看", max_length=rules.WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"至少 {rules.WORDS_MIN} 个字。核查人会看到这段话。",
        error_messages={"required": f"请写清楚为什么现在要看，至少 {rules.WORDS_MIN} 个字。"},
    )  # fmt: skip


class ReviewForm(forms.Form):
    """Whether the reason held."""

    verdict = forms.ChoiceField(
        label="核查结论", choices=list(rules.VERDICTS.items()), widget=BigChoices,
        error_messages={"required": "请选择有没有正当理由。"},
    )  # fmt: skip
    words = CleanTextField(
        label="核查说明", max_length=rules.WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="问了谁、看到什么。破例的人会看到这段话。",
        error_messages={"required": "请写明核查了什么。"},
    )  # fmt: skip


class NumberForm(forms.Form):
    """What a whole number is needed for."""

    field = forms.ChoiceField(choices=list(rules.FIELD_LABELS.items()), widget=forms.HiddenInput)
    purpose = forms.ChoiceField(
        label="用途", choices=list(rules.PURPOSES.items()), widget=BigChoices,
        error_messages={"required": "请选择用途。"},
    )  # fmt: skip
    words = CleanTextField(
        label="具体做什么", max_length=rules.WORDS_MAX, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="比如：通知领高龄津贴。会记入流水，本人可以看到用途。",
        error_messages={"required": "请写一句具体做什么。"},
    )  # fmt: skip


class ClearForm(forms.Form):
    """What came of an alarm."""

    words = CleanTextField(
        label="处理情况", max_length=rules.WORDS_MAX, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明处理情况。"},
    )  # fmt: skip
