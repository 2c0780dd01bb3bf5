"""The filters of the queue as they stand in the address: what makes no sense is left out and said, never an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import QueryDict

from minqing.cases import public as cases
from minqing.kernel.text import CleanCharField
from minqing.workflow import public as workflow

TODO, OPEN, ALL = "todo", "open", "all"
VIEWS: Final = {TODO: "待我办", OPEN: "正在办", ALL: "全部"}
COLOURS: Final = {
    workflow.Colour.RED: "红：已超时",
    workflow.Colour.YELLOW: "黄：快到时限",
    workflow.Colour.GREEN: "绿：时限内",
    workflow.Colour.GREY: "不计时",
}
TEXT_MAX: Final = 100

Choices = Iterable[tuple[Any, Any]]


class QueueFilterForm(forms.Form):
    """What the filter bar asks. Choices that depend on who looks (areas, units) are handed in."""

    text = CleanCharField(label="找", max_length=TEXT_MAX, required=False)
    state = forms.ChoiceField(label="环节", required=False)
    colour = forms.ChoiceField(label="时限", required=False)
    area = forms.ChoiceField(label="辖区", required=False)
    procedure = forms.ChoiceField(label="规程", required=False)
    source = forms.ChoiceField(label="来源", required=False)
    topic = forms.ChoiceField(label="类别", required=False)
    unit = forms.ChoiceField(label="承办单位", required=False)
    sort = forms.ChoiceField(label="排序", required=False)

    data: QueryDict

    def __init__(self, data: QueryDict, *, areas: Choices, units: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["text"].widget.attrs |= {"type": "search", "placeholder": "编号、标题或原话里的字"}
        procedures = [(one.key, one.title) for one in workflow.procedures()]
        self._offer("state", _states())
        self._offer("colour", [(colour.value, label) for colour, label in COLOURS.items()])
        self._offer("area", areas)
        self._offer("procedure", procedures)
        self._offer("source", cases.SOURCE_LABELS.items())
        self._offer("topic", cases.topics())
        self._offer("unit", units)
        sorts = list(cases.SORTS.items())
        self._offer("sort", sorts[1:], nothing=sorts[0][1])

    def _offer(self, name: str, choices: Choices, nothing: str = "全部") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]

    @property
    def more_is_used(self) -> bool:
        """Whether a filter is set that stands behind “更多条件”."""
        return any(self.data.get(name) for name in ("procedure", "source", "topic", "unit"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        of_state, _, _ = str(given.get("state") or "").partition(".")
        if of_state and given.get("procedure") not in ("", None, of_state):
            self.add_error("procedure", "这个规程里没有所选的环节。")
        return given

    def filters(self, view: str, *, area_path: str = "") -> cases.QueueFilters:
        """Return what the queue understands; call after ``is_valid``."""
        given = self.cleaned_data
        procedure, _, state = str(given.get("state") or "").partition(".")
        return cases.QueueFilters(
            todo=view == TODO,
            open_only=view != ALL,
            text=given.get("text") or "",
            procedure=procedure or given.get("procedure") or "",
            state=state,
            colour=given.get("colour") or "",
            source=given.get("source") or "",
            topic=given.get("topic") or "",
            unit_id=UUID(given["unit"]) if given.get("unit") else None,
            area_path=area_path,
            sort=given.get("sort") or "due",
        )

    def leave_out_what_makes_no_sense(self) -> list[str]:
        """Take wrong filters out of the form and return their labels; call last, after ``is_valid``."""
        wrong = [name for name in self.fields if name in self.errors]
        data = self.data.copy()  # a copy of the address, not the address itself
        for name in wrong:
            data.pop(name, None)
        self.data = data
        self.errors.clear()
        return [str(self.fields[name].label) for name in wrong]

    def active(self) -> list[tuple[str, str, str]]:
        """Return name, label and value in words of every filter that narrows the list; call after ``is_valid``."""
        return [
            (name, str(field.label), self._words(name, self.cleaned_data[name]))
            for name, field in self.fields.items()
            if name != "sort" and self.cleaned_data.get(name)
        ]

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            return str(value)
        return next((label for key, label in _flat(field.choices) if key == value), str(value)).strip()


def _states() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every procedure's states; a label that two procedures share names its own: ``已办结（即办）``."""
    labels = Counter(state.label for one in workflow.procedures() for state in one.states.values())
    return [
        (
            one.title,
            [
                (
                    f"{one.key}.{state.key}",
                    f"{state.label}（{one.title}）" if labels[state.label] > 1 else state.label,
                )
                for state in one.states.values()
            ],
        )
        for one in workflow.procedures()
    ]


def _flat(choices: Any) -> Iterable[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, Sequence) and not isinstance(label, str):
            yield from ((str(inner), str(words)) for inner, words in label)
        else:
            yield str(key), str(label)
