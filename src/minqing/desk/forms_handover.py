"""The forms of hand-overs at the desk: the catalogue, merging and splitting, urging, leaving out, the sample."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms

from minqing.cases import public as cases
from minqing.desk.forms_registry import FilterForm
from minqing.kernel.text import CleanTextField
from minqing.ui.fields import BigChoices, DateInput

REASON_MAX: Final = 500
EVIDENCE_MAX: Final = 2000
Choices = Iterable[tuple[Any, Any]]


def _long(
    label: str, *, rows: int = 3, help_text: str = "", most: int = REASON_MAX, required: bool = True
) -> CleanTextField:
    return CleanTextField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请填写{label}。"},
    )


class ReturnsFilterForm(FilterForm):
    """What the list of returns may be narrowed to."""

    state = forms.ChoiceField(label="裁定", required=False)
    unit = forms.ChoiceField(label="退单的单位", required=False)
    since = forms.DateField(label="从", required=False, widget=DateInput())
    until = forms.DateField(label="到", required=False, widget=DateInput())

    def __init__(self, data: Any, *, units: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.offer("state", list(cases.RETURN_STATES.items()))
        self.offer("unit", units)


class CatalogueForm(forms.Form):
    """A line of the dispatch catalogue."""

    topic = forms.ChoiceField(label="事项类别", error_messages={"required": "请选择事项类别。"})
    area = forms.ChoiceField(label="辖区", error_messages={"required": "请选择辖区。"})
    unit = forms.ChoiceField(
        label="承办单位", required=False,
        error_messages={"invalid_choice": "这个单位已撤销或管不到这里，请另选单位。"},
    )  # fmt: skip
    source = forms.ChoiceField(label="来源", required=False, help_text="不选，就是不论从哪里来")
    procedure = forms.ChoiceField(label="办理规程", required=False, help_text="不选，就按来源的通常做法")
    from_on = forms.DateField(
        label="从哪天起", widget=DateInput(), error_messages={"required": "请填写从哪天起。"}
    )

    def __init__(self, *args: Any, areas: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = [(key, label) for key, label in cases.SOURCE_LABELS.items() if key != cases.RIGHTS]
        self._offer("topic", cases.topics_and_groups(), "请选择类别")
        self._offer("area", areas, "请选择辖区")
        self._offer("unit", units, "不指定单位")
        self._offer("source", sources, "不论来源")
        self._offer("procedure", cases.procedures_to_choose(), "不指定规程")

    def _offer(self, name: str, choices: Choices, nothing: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]


class CatalogueTableForm(forms.Form):
    """A table of the catalogue that somebody edited, and from when it holds."""

    file = forms.FileField(
        label="改好的表格",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        allow_empty_file=True,
        help_text="CSV 或 Excel 都行",
        error_messages={"required": "请选择改好的表格。"},
    )
    from_on = forms.DateField(
        label="改动从哪天起生效",
        widget=DateInput(),
        help_text="表里“从哪天起”没有改的行按这一天；改了的按表里的日子",
        error_messages={"required": "请填写从哪天起。"},
    )
    ends_missing = forms.BooleanField(
        label="表里没有的，从那天起停用", required=False, help_text="不勾，就只增、只改，不停用"
    )


class CatalogueConfirmForm(forms.Form):
    """The same table once more, as it was previewed."""

    rows = forms.JSONField(widget=forms.HiddenInput)
    from_on = forms.DateField(widget=forms.HiddenInput)
    ends_missing = forms.BooleanField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_rows(self) -> list[tuple[int, list[str]]]:
        """Return rows of texts, each with its number, or refuse what a page never sent."""
        found = self.cleaned_data["rows"]
        if not isinstance(found, list) or len(found) > cases.TABLE_ROWS_MAX + 1:
            raise forms.ValidationError("请重新上传。")
        for row in found:
            if not (isinstance(row, list) and len(row) == 2 and isinstance(row[0], int)):
                raise forms.ValidationError("请重新上传。")
            if not (isinstance(row[1], list) and all(isinstance(cell, str) for cell in row[1])):
                raise forms.ValidationError("请重新上传。")
        return [(row[0], row[1]) for row in found]


class BecauseForm(forms.Form):
    """Why a merge is taken back."""

    because = _long("为什么分开", help_text="写清楚为什么不是同一件事，会留在经过里")


class SplitForm(forms.Form):
    """The other matter of a report."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    words = _long(
        "另一件事",
        rows=4,
        most=cases.WORDS_MAX,
        help_text="从反映人的原话里把另一件事摘出来；原话不会改动。写了原话里没有的，会标明不是反映人的原话",
    )
    topic = forms.ChoiceField(label="事项类别", required=False)
    procedure = forms.ChoiceField(label="办理规程", required=False, help_text="不选，就按来源的通常做法")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", "未分类"), *cases.topics()]  # type: ignore[attr-defined]
        choices = [("", "按来源的通常做法"), *cases.procedures_to_choose()]
        self.fields["procedure"].choices = choices  # type: ignore[attr-defined]


class UrgeForm(forms.Form):
    """Why a supervisor urges."""

    reason = _long("为什么催办", help_text="承办人和反映人都看得到")


class ExclusionForm(forms.Form):
    """A unit's proposal that a case be left out of its score."""

    reason = _long("为什么是不合理诉求", help_text="会公开，请不要写反映人的姓名、电话和住址")
    evidence = _long(
        "证据",
        rows=5,
        most=EVIDENCE_MAX,
        help_text="依据哪条规定、现场是什么情况、怎样与反映人沟通的。会公开，请不要写姓名、电话和住址",
    )


class RulingForm(forms.Form):
    """A supervisor's ruling on such a proposal."""

    allowed = forms.ChoiceField(
        label="裁定",
        choices=[("yes", "成立：不计入考核"), ("no", "不成立：照常计入")],
        widget=BigChoices,
        error_messages={"required": "请选择：成立，还是不成立？"},
    )
    reason = _long("理由", help_text="会公开，请不要写反映人的姓名、电话和住址")


class ReversalForm(forms.Form):
    """Why a ruling is taken back."""

    because = _long("为什么撤销裁定", help_text="会和原来的裁定一起公开，请不要写姓名、电话和住址")


class ShareForm(forms.Form):
    """The share of the third-party sample."""

    percent = forms.IntegerField(
        label="抽查比例（百分之几）",
        min_value=1,
        max_value=100,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "请填 1 到 100 之间的整数。"
        ),
    )


class SampleCallForm(forms.Form):
    """The two questions of a third-party call."""

    reached = forms.ChoiceField(
        label="接通了吗？",
        choices=[("yes", "接通了"), ("no", "没有联系上")],
        widget=BigChoices,
        error_messages={"required": "请选择：接通了吗？"},
    )
    done = forms.ChoiceField(
        label="这件事办好了吗？",
        choices=[("yes", "办好了"), ("no", "没有办好")],
        widget=BigChoices,
        required=False,
    )
    content = forms.ChoiceField(
        label="对办理满意吗？", choices=list(cases.CONTENT_LABELS.items()), widget=BigChoices, required=False
    )
    words = _long("反映人的话", required=False)
