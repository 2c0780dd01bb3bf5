"""Any Django form, in Tabler's clothes (desk) or WeUI's (phone): labels, hints, errors, descriptions read aloud."""

from typing import Final, Literal

from django.forms import BaseForm, BoundField, widgets
from django.template import Context
from django.utils.safestring import SafeString

from minqing.ui.components.basics import ButtonKind
from minqing.ui.fields import BigChoices, PhotosInput
from minqing.ui.library import Look, Values, box, component
from minqing.ui.widgets import drawn_widget

Kind = Literal["input", "area", "select", "check", "choices", "big", "file", "photos", "hidden"]


_KINDS: Final[tuple[tuple[type[widgets.Widget], Kind], ...]] = (
    (widgets.HiddenInput, "hidden"),
    (PhotosInput, "photos"),
    (BigChoices, "big"),
    (widgets.CheckboxInput, "check"),
    (widgets.RadioSelect, "choices"),
    (widgets.CheckboxSelectMultiple, "choices"),
    (widgets.Select, "select"),
    (widgets.Textarea, "area"),
    (widgets.FileInput, "file"),
)
_known: Final[dict[type[widgets.Widget], Kind]] = {}


def kind_of(field: BoundField) -> Kind:
    """Tell how a field is drawn, by its widget."""
    widget = type(field.field.widget)
    if widget not in _known:
        _known[widget] = next((kind for one, kind in _KINDS if issubclass(widget, one)), "input")
    return _known[widget]


CLASSES: dict[tuple[Look, Kind], str] = {
    ("desk", "input"): "form-control",
    ("desk", "area"): "form-control",
    ("desk", "select"): "form-select",
    ("desk", "check"): "form-check-input",
    ("desk", "file"): "form-control",
    ("desk", "photos"): "form-control",
    ("phone", "input"): "weui-input",
    ("phone", "area"): "weui-textarea",
    ("phone", "select"): "mq-select",
    ("phone", "check"): "mq-check",
    ("phone", "file"): "mq-file",
    ("phone", "photos"): "mq-file",
}


def drawn(field: BoundField, *, look: Look, hint: str, label: str) -> Values:
    """Prepare a field: its widget with classes and the ids of what describes it, its options, hint and errors."""
    kind = kind_of(field)
    hint, errors, auto_id = hint or str(field.help_text), field.errors, field.auto_id
    described = [f"{auto_id}_hint"] if hint else []
    described += [f"{auto_id}_error"] if errors else []
    attrs: dict[str, str | bool] = {}
    own = field.field.widget.attrs.get("class", "")
    css = f"{CLASSES.get((look, kind), '')} {own}".strip() + (" is-invalid" if errors else "")
    if css.strip():
        attrs["class"] = css.strip()
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs["aria-invalid"] = "true"
    grouped = kind in ("choices", "big")
    return {
        "field": field,
        "kind": kind,
        "label": label or field.label,
        "hint": hint,
        "described": " ".join(described),
        "widget": "" if grouped else drawn_widget(field, attrs),
        "options": [subwidget.data for subwidget in field.subwidgets] if grouped else [],
        "errors": errors,
        "look": look,
    }


@component("field_desk.html")
def field_desk(context: Context, *, field: BoundField, hint: str = "", label: str = "") -> Values:
    """One bound field at the desk, drawn by its widget, with label, hint, errors and aria-describedby."""
    return drawn(field, look="desk", hint=hint, label=label)


@component("field_phone.html")
def field_phone(context: Context, *, field: BoundField, hint: str = "", label: str = "") -> Values:
    """One bound field as a WeUI cell, drawn by its widget, with label, hint, errors and aria-describedby."""
    return drawn(field, look="phone", hint=hint, label=label)


@component("field_errors.html")
def form_errors(context: Context, *, form: BaseForm) -> Values:
    """All that has to be mended in a form, each line leading to its field; form tags already have it."""
    lines = []
    for field in form:
        # A label that asks a question needs no colon before the answer to it.
        start = str(field.label) + ("" if str(field.label).endswith(("？", "：", "?")) else "：")
        if field.field.label is None:  # a hidden one without a label: Django would say its English name
            start = ""
        where = "" if field.is_hidden else _first_input(field)
        lines += [(where, f"{start}{error}") for error in field.errors]
    return {"form": form, "lines": lines, "count": sum(len(errors) for errors in form.errors.values())}


def _first_input(field: BoundField) -> str:
    """Give the id to jump to: a group of options has none of its own, so its first option."""
    return field.id_for_label or f"{field.auto_id}_0"


def _frame(form: BaseForm | None, method: str, once: bool, id: str) -> dict[str, object]:  # noqa: A002
    is_upload = form is not None and form.is_multipart()
    return {
        "form": form,
        "method": method,
        "once": once and method == "post",
        "is_upload": is_upload,
        "id": id,
    }


@component("form_whole.html")
def form_desk(
    context: Context,
    *,
    form: BaseForm,
    submit: str,
    action: str = "",
    method: Literal["post", "get"] = "post",
    kind: ButtonKind = "primary",
    cancel_href: str = "",
    id: str = "",  # noqa: A002  HTML's own word
) -> Values:
    """A whole form at the desk: csrf, error summary, every field, the button."""
    given: dict[str, object] = {
        "action": action,
        "submit": submit,
        "kind": kind,
        "cancel_href": cancel_href,
        "look": "desk",
    }
    return given | _frame(form, method, True, id)


@component("form_whole.html")
def form_phone(
    context: Context,
    *,
    form: BaseForm,
    submit: str,
    action: str = "",
    method: Literal["post", "get"] = "post",
    kind: ButtonKind = "primary",
    title: str = "",
    note: str = "",
    id: str = "",  # noqa: A002  HTML's own word
) -> Values:
    """A whole form on the phone: csrf, error summary, every field as a cell, the button within the thumb's reach."""
    given: dict[str, object] = {
        "action": action,
        "submit": submit,
        "kind": kind,
        "title": title,
        "note": note,
    }
    return given | {"look": "phone"} | _frame(form, method, True, id)


@box("form_frame.html")
def form_frame(
    context: Context,
    content: SafeString,
    *,
    form: BaseForm | None = None,
    action: str = "",
    method: Literal["post", "get"] = "post",
    upload: bool = False,
    once: bool = True,
    id: str = "",  # noqa: A002  HTML's own word
) -> Values:
    """A form whose fields and buttons the page writes itself; brings csrf, the error summary and submit-once.

    `upload` is for files without a Django form; `once` keeps a second tap from sending twice.
    """
    values: dict[str, object] = {"content": content, "action": action} | _frame(form, method, once, id)
    values["is_upload"] = upload or bool(values["is_upload"])
    return values


@component("locate_button.html")
def locate_button(
    context: Context,
    *,
    lon: BoundField,
    lat: BoundField,
    accuracy: BoundField | None = None,
    label: str = "用我现在的位置",
) -> Values:
    """Fill longitude, latitude and accuracy (metres) on a tap; draws the hidden inputs. Needs JavaScript."""
    return {"lon": lon, "lat": lat, "accuracy": accuracy, "label": label}


@component("sentence_picker.html")
def sentence_picker(
    context: Context,
    *,
    heard: BoundField,
    findings: BoundField,
    label: str = "点一句，记为要办的事",
) -> Values:
    """Split what was heard into sentences; a tap puts one, on its own line, into the findings' textarea.

    Without JavaScript it is not shown, and the findings are written by hand.
    """
    return {"heard": heard, "findings": findings, "label": label}
