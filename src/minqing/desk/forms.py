"""The filters of the queue as they stand in the address: what makes no sense is left out and said, never an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict

from minqing.cases import public as cases
from minqing.kernel.text import CleanCharField
from minqing.ui.fields import DateInput, ReadyChoices
from minqing.workflow import public as workflow

COLOURS: Final = {
    workflow.Colour.RED: "红：已超时",
    workflow.Colour.YELLOW: "黄：快到时限",
    workflow.Colour.GREEN: "绿：时限内",
    workflow.Colour.GREY: "不计时",
}

Choices = Iterable[tuple[Any, Any]]


# What stands behind “更多条件”.
_MORE: Final = ("procedure", "source", "topic", "unit", "here", "mine", "set", "since", "until")


class QueueFilterForm(forms.Form):
    """The filter bar; what it asks is read by ``cases.read_asked``. Choices that depend on who looks are handed in."""

    text = CleanCharField(label="找", max_length=cases.QUEUE_TEXT_MAX, required=False)
    state = forms.ChoiceField(label="环节", required=False)
    colour = forms.ChoiceField(label="时限", required=False)
    area = forms.ChoiceField(label="辖区", required=False)
    procedure = forms.ChoiceField(label="规程", required=False)
    source = forms.ChoiceField(label="来源", required=False)
    topic = forms.ChoiceField(label="类别", required=False)
    unit = forms.ChoiceField(label="承办单位", required=False)
    here = forms.BooleanField(label="只看本级（不含下级）", required=False)
    mine = forms.BooleanField(label="只看指定给我的", required=False)
    set = forms.ChoiceField(label="晾晒口径", required=False)
    since = forms.DateField(label="晾晒期间：从", required=False, widget=DateInput())
    until = forms.DateField(label="到", required=False, widget=DateInput())
    sort = forms.ChoiceField(label="排序", required=False)

    data: QueryDict

    def __init__(self, data: QueryDict, *, areas: Choices, units: Choices) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["text"].widget.attrs |= {"type": "search", "placeholder": "编号、标题或原话里的字"}
        procedures = [(one.key, one.title) for one in _procedures()]
        self._offer("state", _states())
        self._offer("colour", [(colour.value, label) for colour, label in COLOURS.items()])
        self._offer("area", areas)
        self._offer("procedure", procedures)
        self._offer(
            "source", [(key, label) for key, label in cases.SOURCE_LABELS.items() if key != cases.RIGHTS]
        )
        topics = cases.topics()
        # The whole scheme, groups too: a case may be about a group as such.
        self.topics = cases.topic_keys(topics)
        self._offer("topic", topics)
        self._offer("unit", [(cases.NO_UNIT, "还没有承办单位"), *units])
        self._offer("set", cases.SETS.items(), nothing="不限")
        sorts = list(cases.SORTS.items())
        self._offer("sort", sorts[1:], nothing=sorts[0][1])

    def _offer(self, name: str, choices: Choices, nothing: str = "全部") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = ReadyChoices([("", nothing), *choices])

    @property
    def more_is_used(self) -> bool:
        """Whether a filter is set that stands behind “更多条件”."""
        return any(self.data.get(name) for name in _MORE)

    def active(self) -> list[tuple[str, str, str]]:
        """Return name, label and value in words of every filter that narrows the list."""
        return [
            (name, cases.ASKED[name], self._words(name, self.data[name]))
            for name in self.fields
            if name != "sort" and self.data.get(name)
        ]

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return "是"
        if not isinstance(field, forms.ChoiceField):
            return str(value)
        return next((label for key, label in _flat(field.choices) if key == value), str(value)).strip()


def _states() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every procedure's states; a label that two procedures share names its own: ``已办结（即办）``."""
    labels = Counter(state.label for one in _procedures() for state in one.states.values())
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
        for one in _procedures()
    ]


def _procedures() -> list[type[workflow.Procedure]]:
    """Return the procedures of the queue: what residents ask about their own file is worked on elsewhere."""
    return [one for one in workflow.procedures() if one.key != cases.RIGHTS and one.subject_kind == "case"]


def _flat(choices: Any) -> Iterable[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, Sequence) and not isinstance(label, str):
            yield from ((str(inner), str(words)) for inner, words in label)
        else:
            yield str(key), str(label)
