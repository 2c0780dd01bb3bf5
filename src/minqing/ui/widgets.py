"""Fields of forms drawn without a template each: a select of three hundred units is three hundred options.

Django draws every option, and every option's attributes, through a template of its own. What pages here use most is
written in Python instead, letter for letter the same (`ui/tests/test_widgets.py` compares); all else goes Django's way.
The options of ready choices (topics, units, areas: never people) are drawn once for the same words.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.forms import BoundField, Select
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from minqing.ui.fields import ReadyChoices

_PLACE: Final = "django/forms/widgets"
_OPTION: Final = f"{_PLACE}/select_option.html"
Widget = Mapping[str, Any]
Choices = Iterable[tuple[Any, Any]]
_Words = tuple[tuple[str, str | tuple[tuple[str, str], ...]], ...]
# Lists of ready choices whose options are kept as they were drawn: a scheme of topics, the units of a town.
READY_MAX: Final = 100


class Renderer(DjangoTemplates):
    """Draws what it knows itself, and lets Django's templates draw the rest."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Draw a widget."""
        draw = _DRAWN.get(template_name)
        drawn = draw(context["widget"]) if draw is not None else None
        if drawn is not None:
            return drawn.strip()
        whole: str = super().render(template_name, context, request)
        return whole


def drawn_widget(field: BoundField, attrs: dict[str, Any]) -> str:
    """Draw a field's widget, as ``field.as_widget`` does; a plain select straight from its choices."""
    widget = field.field.widget
    if type(widget) is not Select or type(field.form.renderer) is not Renderer or field.field.localize:
        return field.as_widget(attrs=attrs)
    own = widget.build_attrs(widget.attrs, field.build_widget_attrs(attrs, widget))
    if field.auto_id and "id" not in widget.attrs:
        own.setdefault("id", field.auto_id)
    chosen = set(widget.format_value(field.value()))
    ready = _words(widget.choices) if type(widget.choices) is ReadyChoices and len(chosen) < 2 else None
    options = _options(widget.choices, chosen) if ready is None else _ready_options(ready)
    for key in chosen if ready is not None else ():
        start = f'<option value="{html.escape(key)}"'
        options = options.replace(f"{start}>", f"{start} selected>", 1)
    head = f'<select name="{_text(field.html_name)}"{_attributes(own)}>'
    return mark_safe(f"{head}{options}\n</select>")  # noqa: S308  every value above is escaped


def _words(choices: Choices) -> _Words | None:
    """Return choices as something to keep their options under; None where one is more than a plain string."""
    found: list[tuple[str, Any]] = []
    for key, label in choices:
        if type(label) is list:
            if not all(type(inner) is str and type(words) is str for inner, words in label):
                return None
            label = tuple(label)  # noqa: PLW2901
        elif type(label) is not str:
            return None
        if type(key) is not str:
            return None
        found.append((key, label))
    return tuple(found)


@lru_cache(maxsize=READY_MAX)
def _ready_options(words: _Words) -> str:
    """Draw the options of ready choices, none of them chosen."""
    return _options(words, set())


def _options(choices: Choices, chosen: set[str]) -> str:
    parts: list[str] = []
    for given, label in choices:
        key = "" if given is None else given
        if not isinstance(label, list | tuple):
            parts.append(_option(key, label, chosen))
            continue
        options = [_option(inner, words, chosen) for inner, words in label]
        parts += [f'\n  <optgroup label="{_text(key)}">', *options, "\n  </optgroup>"] if key else options
    return "".join(parts)


def _option(key: Any, label: Any, chosen: set[str]) -> str:
    """Draw an option; the first one that is chosen is, and no other."""
    selected = ""
    if chosen and str(key) in chosen:
        chosen.clear()
        selected = " selected"
    return f'\n  <option value="{_as_string(key)}"{selected}>{_text(label)}</option>\n'


def _text(value: Any) -> str:
    """Write a value down as a template does."""
    if type(value) is str:
        return html.escape(value)
    return conditional_escape(value if isinstance(value, str) else localize(value))


def _as_string(value: Any) -> str:
    """Write a value down as a template does with `stringformat:"s"`."""
    if type(value) is str:
        return html.escape(value)
    return conditional_escape(value if isinstance(value, str) else str(value))


def _attributes(attrs: Mapping[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {_text(name)}")
        elif value is not False:
            parts.append(f' {_text(name)}="{_as_string(value)}"')
    return "".join(parts)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_as_string(widget["value"])}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _area(widget: Widget) -> str:
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>\n{value}</textarea>'


def _select(widget: Widget) -> str | None:
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_text(group)}">')
        for option in options:
            if option["template_name"] != _OPTION:
                return None
            attrs = _attributes(option["attrs"]) if option["attrs"] else ""
            parts.append(
                f'\n  <option value="{_as_string(option["value"])}"{attrs}>{_text(option["label"])}</option>\n'
            )
        if group:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return "".join(parts)


_DRAWN: Final[dict[str, Callable[[Widget], str | None]]] = {
    f"{_PLACE}/select.html": _select,
    f"{_PLACE}/textarea.html": _area,
    **{
        f"{_PLACE}/{name}.html": _input
        for name in (
            "input", "text", "number", "email", "url", "tel", "search", "password", "hidden", "date", "datetime",
            "time", "file", "checkbox",
        )
    },
}  # fmt: skip
