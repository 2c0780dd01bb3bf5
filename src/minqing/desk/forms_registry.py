"""The filters of the registry and the diary as they stand in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms

from minqing.diary import public as diary
from minqing.kernel.text import CleanCharField
from minqing.registry import public as registry
from minqing.ui.fields import DateInput

Choices = Iterable[tuple[str, str]]
TEXT_MAX: Final = 40


class FilterForm(forms.Form):
    """Filters of a list: a GET form of which nothing is required."""

    def offer(self, name: str, choices: Choices, nothing: str = "全部") -> None:
        """Set the choices of a select, with a first one that asks nothing."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]

    def read(self) -> dict[str, Any]:
        """Return what makes sense, by name; the rest is left out and named by ``ignored``."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def ignored(self) -> str:
        """Return the labels of the filters that made no sense."""
        return "、".join(str(field.label) for name, field in self.fields.items() if name in self.errors)


class RegistryFilterForm(FilterForm):
    """What the list of files may be narrowed to."""

    text = CleanCharField(label="找", max_length=TEXT_MAX, required=False)
    area = forms.ChoiceField(label="辖区", required=False)
    tag = forms.ChoiceField(label="标签", required=False)
    closed = forms.BooleanField(label="包括已注销的", required=False)

    def __init__(self, data: Any, *, kind: str, areas: Choices, tags: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        hint = "住址、户主或户编号" if kind == registry.HOUSEHOLD else "名称、拼音首字母或地址"
        self.fields["text"].widget.attrs |= {
            "type": "search",
            "placeholder": "姓名、拼音首字母或住址" if kind == registry.RESIDENT else hint,
        }
        self.offer("area", areas)
        self.offer("tag", tags)


class DiaryFilterForm(FilterForm):
    """What an area's diary may be narrowed to."""

    area = forms.ChoiceField(label="辖区", required=False)
    officer = forms.ChoiceField(label="走访人", required=False)
    kind = forms.ChoiceField(label="类型", required=False)
    subject = forms.ChoiceField(label="对象", required=False)
    since = forms.DateField(label="从", required=False, widget=DateInput())
    until = forms.DateField(label="到", required=False, widget=DateInput())
    found = forms.BooleanField(label="有要办的事", required=False)

    def __init__(self, data: Any, *, areas: Choices, officers: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.offer("area", areas)
        self.offer("officer", officers)
        self.offer("kind", diary.KIND_LABELS.items())
        self.offer("subject", registry.KIND_LABELS.items())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "截止日期早于开始日期，请核对。")
        return given
