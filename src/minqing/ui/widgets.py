"""Fields of forms drawn without a template each: a select of three hundred units is three hundred options.

Django draws every option, and every option's attributes, through a template of its own. What pages here use most is
written in Python instead, letter for letter the same (`ui/tests/test_widgets.py` compares); all else goes Django's way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape

_PLACE: Final = "django/forms/widgets"
_OPTION: Final = f"{_PLACE}/select_option.html"
Widget = Mapping[str, Any]


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


def _text(value: Any) -> str:
    """Write a value down as a template does."""
    return conditional_escape(value if isinstance(value, str) else localize(value))


def _as_string(value: Any) -> str:
    """Write a value down as a template does with `stringformat:"s"`."""
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
