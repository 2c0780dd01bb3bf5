"""Forms about clocks: more time, a pause, and the terms that an office sets."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from minqing.kernel.text import CleanTextField
from minqing.ui.fields import DateInput
from minqing.workflow import public as workflow

WHY_MAX: Final = 300
_MEASURES: Final = (
    (workflow.Measure.WORKING_HOURS.value, "个工作小时"),
    (workflow.Measure.WORKING_DAYS.value, "个工作日"),
    (workflow.Measure.CALENDAR_DAYS.value, "天"),
)


def _why(help_text: str) -> CleanTextField:
    return CleanTextField(
        label="理由", max_length=WHY_MAX, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class ExtensionForm(forms.Form):
    """How much longer, of which clock, and why."""

    which = forms.ChoiceField(label="延哪个时限", widget=forms.RadioSelect, initial="leg")
    amount = forms.IntegerField(label="延多少", min_value=1, max_value=2000)
    why = _why("批准的人要看，也会留在事项的经过里。")

    def __init__(self, *args: Any, spans: dict[str, workflow.Within], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which = self.fields["which"]
        assert isinstance(which, forms.ChoiceField)
        names = {"leg": "这个环节", "overall": "全程"}
        which.choices = [(key, f"{names[key]}（原来 {within.words}）") for key, within in spans.items()]
        which.initial = next(iter(spans), "")
        unit = "、".join(dict.fromkeys(within.words.split(" ", 1)[1] for within in spans.values()))
        self.fields["amount"].help_text = f"单位和原来的时限一样：{unit}"


class PauseForm(forms.Form):
    """Until when a clock stands still, and why."""

    until = forms.DateField(
        label="挂起到哪一天（含）", widget=DateInput(), help_text="过了这一天自动恢复计时"
    )
    why = _why("比如：等住户回来、等上级批复。批准的人要看，也会留在事项的经过里。")


class TermForm(forms.Form):
    """How long a clock may take from a day on, and when it turns yellow."""

    amount = forms.IntegerField(
        label="时限", required=False, min_value=1, help_text="不填就恢复规程文件里的时限"
    )
    measure = forms.ChoiceField(label="单位", required=False, choices=_MEASURES)
    yellow_percent = forms.IntegerField(
        label="变黄的时候（剩下百分之几）", required=False, min_value=0, max_value=100,
        help_text="不填就按上一级：整个规程的，再按全县的；填 0 就是不亮黄灯",
    )  # fmt: skip
    holds_from = forms.DateField(
        label="从哪天起", widget=DateInput(), help_text="这一天和以后开始的环节按新的算"
    )
    why = _why("写明为什么改、依据哪份文件，以后查得到。")

    def __init__(self, *args: Any, only_threshold: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if only_threshold:
            del self.fields["amount"], self.fields["measure"]

    def within(self) -> workflow.Within | None:
        """The span that was typed, or None for the file's."""
        amount = self.cleaned_data.get("amount")
        if not amount:
            return None
        return workflow.Within(amount, workflow.Measure(self.cleaned_data["measure"]))
