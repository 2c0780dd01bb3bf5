"""What is drawn in Python is letter for letter what Django's templates draw."""

from datetime import date, time
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from minqing.ui import fields
from minqing.ui.widgets import Renderer, drawn_widget

ODD = "<b>“a\" & 'b'</b>"
CHOICES = [
    ("", "请选择"),
    (1, "一"),
    (None, "空"),
    ("组", [("2", ODD), (3, 3), ("x", mark_safe("<i>x</i>"))]),
    (ODD, [("4", lazystr(ODD))]),
]
PLAIN = [("", "请选择"), ("2", ODD), (ODD, "二"), ("组", [("3", "三"), ("2", "又是二")]), (ODD, [("x", ODD)])]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    *((forms.Select(choices=CHOICES), value) for value in (None, "", "2", 3, ODD)),
    (forms.Select(attrs={"data-x": ODD, "disabled": True, "hidden": False, "size": 5000}, choices=CHOICES), 1),
    (forms.SelectMultiple(choices=CHOICES), ["2", "4"]),
    *((forms.Textarea(), value) for value in (None, "", "\n一行\n" + ODD, 12345)),
    *((widget(), value) for widget in (forms.TextInput, forms.NumberInput, forms.HiddenInput, forms.EmailInput)
      for value in (None, "", 0, 12345, 1.5, ODD, lazystr("x"))),
    (forms.PasswordInput(render_value=True), ODD),
    (forms.PasswordInput(), ODD),
    *((forms.CheckboxInput(), value) for value in (None, True, False, "on")),
    (fields.DateInput(), date(2026, 3, 1)),
    (fields.TimeInput(), time(8, 30)),
    (fields.PhotosInput(), None),
    (forms.FileInput(attrs={"multiple": False}), None),
    (forms.RadioSelect(choices=[("a", "甲"), ("b", ODD)]), "b"),
]  # fmt: skip


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x", "required": True, "class": "a b", "aria-label": ODD}])
def test_the_same_letter_for_letter(widget: forms.Widget, value: Any, attrs: dict[str, Any]) -> None:
    ours = widget.render("name", value, attrs, renderer=Renderer())
    assert ours == widget.render("name", value, attrs, renderer=DjangoTemplates())


@pytest.mark.parametrize("value", [None, "", "2", 3, "x", ODD])
@pytest.mark.parametrize("attrs", [{}, {"class": "a b", "aria-label": ODD, "id": "other"}])
@pytest.mark.parametrize("field", [
    forms.ChoiceField(choices=[*CHOICES, ("", [("5", "五"), (None, "空")])]),
    forms.ChoiceField(choices=CHOICES, required=False, disabled=True, widget=forms.Select(attrs={"id": "own"})),
    forms.TypedChoiceField(choices=[("2", "二"), (3, "三")], localize=True),
    forms.MultipleChoiceField(choices=CHOICES),
    forms.ChoiceField(choices=fields.ReadyChoices(CHOICES)),
    forms.ChoiceField(choices=fields.ReadyChoices(PLAIN)),
    forms.ChoiceField(choices=fields.ReadyChoices([*PLAIN[:1], ("2", mark_safe(ODD)), *PLAIN[2:]])),
    forms.CharField(),
])  # fmt: skip
def test_a_field_drawn_from_its_choices(value: Any, attrs: dict[str, Any], field: forms.Field) -> None:
    class Asked(forms.Form):
        default_renderer = Renderer

        def __init__(self, initial: dict[str, Any]) -> None:
            super().__init__(initial=initial, prefix="p", auto_id="f_%s")
            self.fields["x"] = field

    bound = Asked({"x": value})["x"]
    assert drawn_widget(bound, dict(attrs)) == bound.as_widget(attrs=dict(attrs))
