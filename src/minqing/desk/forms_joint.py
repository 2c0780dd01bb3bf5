"""Forms of joint work and of supervision at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from minqing.accounts.public import Unit
from minqing.cases import public as cases
from minqing.kernel.text import CleanTextField

WORDS_MAX = 1000
UNIT_GONE = "这个单位已撤销或管不到这里，请另选。"


def _words(label: str, missing: str, rows: int = 3, hint: str = "") -> CleanTextField:
    return CleanTextField(
        label=label,
        max_length=WORDS_MAX,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"写得太长了（最多 {WORDS_MAX} 字），请精简。"},
    )


def _days(label: str, low: int, high: int, *, required: bool = True, hint: str = "") -> forms.IntegerField:
    says = f"请填 {low} 到 {high} 的整数。"
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        required=required,
        help_text=hint,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), says),
    )


class JoinForm(cases.StepForm):
    """转联办: why, who leads, who assists, and what each is asked to do."""

    reason = _words("为什么转联办", "请写明为什么转联办。", rows=2)

    def __init__(self, units: Sequence[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(cases.JOINT_ASSIGN, units, *args, **kwargs)


class PartForm(forms.Form):
    """One more unit that assists."""

    unit = forms.ChoiceField(
        label="协办单位", error_messages={"required": "请选择协办单位。", "invalid_choice": UNIT_GONE}
    )
    asked = _words("请他们做什么", "请写明请他们做什么。")

    def __init__(self, units: Sequence[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "请选择单位"), *((str(one.id), one.name) for one in units)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]


class OverruleForm(forms.Form):
    """Why an answer is not taken."""

    reason = _words("为什么不采纳", "请写明为什么不采纳这份答复。", hint="协办单位看得到；原来的答复会留着。")


class SuperviseForm(forms.Form):
    """列入督办: why, who answers for it, who handles it, and how often it is reported on."""

    leg = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=10_000)
    reason = _words("列入督办的理由", "请写明为什么列入督办。")
    sponsor = forms.ChoiceField(
        label="包案领导",
        error_messages={
            "required": "请选择包案领导。",
            "invalid_choice": "这位同志现在不在名单里，请另选一位。",
        },
    )
    unit = forms.ChoiceField(
        label="承办单位", error_messages={"required": "请选择承办单位。", "invalid_choice": UNIT_GONE}
    )
    interval_days = _days("几天报一次进展", 1, 90)

    def __init__(
        self, people: Sequence[tuple[str, str]], units: Sequence[Unit], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sponsor"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]
        choices = [("", "请选择单位"), *((str(one.id), one.name) for one in units)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]


class ProgressForm(forms.Form):
    """How a supervised case comes on."""

    words = _words(
        "进展", "请写明做到哪一步了、还差什么、下一步怎么做。", hint="做到哪一步了、还差什么、下一步怎么做。"
    )


class DismissForm(forms.Form):
    """Why a proposed case is not listed."""

    why = _words("为什么暂不列入", "请写明为什么暂不列入督办。", rows=2)


class SupervisionRuleForm(forms.Form):
    """When a case is proposed for supervision; an empty field proposes nothing."""

    urged = _days("催办满几次", 1, 365, required=False, hint="不用这一条就留空。")
    sent_back = _days("反映人说没有办好、退回重办满几次", 1, 365, required=False, hint="不用这一条就留空。")
    red_days = _days("超时满几天", 1, 365, required=False, hint="不用这一条就留空。")


class LedgerForm(forms.Form):
    """The filters of the supervision list."""

    area = forms.ChoiceField(label="列督单位", required=False)
    sponsor = forms.ChoiceField(label="包案领导", required=False)
    late = forms.BooleanField(label="只看进展迟报的", required=False)

    def __init__(
        self, *args: Any, areas: list[tuple[str, str]], sponsors: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "全部"), *areas]  # type: ignore[attr-defined]
        self.fields["sponsor"].choices = [("", "全部"), *sponsors]  # type: ignore[attr-defined]
