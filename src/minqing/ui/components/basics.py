"""Small things that stand in a line or a card: icons, words with a colour, buttons, boxes, dialogs."""

from typing import Literal

from django.template import Context
from django.utils.safestring import SafeString

from minqing.ui.icons import icon_paths
from minqing.ui.library import Values, box, component

ButtonKind = Literal["primary", "plain", "quiet", "danger"]
Tone = Literal["plain", "brand", "quiet", "strong"]
Colour = Literal["green", "yellow", "red", "none"]

# A clock's colour always comes with a shape, for those who do not see colours, and for black-and-white prints.
SHAPES: dict[Colour, str] = {
    "green": "circle-check",
    "yellow": "alert-triangle",
    "red": "alert-octagon",
    "none": "circle-dashed",
}
COLOUR_WORDS: dict[Colour, str] = {"green": "绿", "yellow": "黄", "red": "红", "none": "不计时"}


@component("icon.html", kept=True)
def icon(context: Context, *, name: str, label: str = "", size: Literal[16, 20, 24, 32, 48] = 20) -> Values:
    """An icon from minqing.ui.icon_names; with a label it is read aloud, without one it is decoration."""
    return {"paths": icon_paths(name), "label": label, "size": size}


@component("badge.html")
def badge(context: Context, *, label: str, tone: Tone = "plain", icon: str | None = None) -> Values:
    """A small word beside a title. Never green, yellow or red: those belong to clocks (clock_badge)."""
    return {"label": label, "tone": tone, "icon": icon}


@component("clock_badge.html", kept=True)
def clock_badge(context: Context, *, colour: Colour, words: str, full: str = "") -> Values:
    """What is left on a clock: a colour, its shape and its words; `full` is the whole time, shown on touch."""
    values: dict[str, object] = {"colour": colour, "words": words, "full": full}
    return values | {"shape": SHAPES[colour], "colour_word": COLOUR_WORDS[colour]}


@component("button.html")
def button(
    context: Context,
    *,
    label: str,
    kind: ButtonKind = "primary",
    type: Literal["submit", "button"] = "submit",  # noqa: A002  HTML's own word
    icon: str | None = None,
    name: str = "",
    value: object = "",
    form: str = "",
    formaction: str = "",
    formnovalidate: bool = False,
    wide: bool = False,
    small: bool = False,
    disabled: bool = False,
    key: str = "",
) -> Values:
    """A button of a form. `form` is the id of a form elsewhere on the page, `key` its key in a j/k/e list."""
    given = {
        "label": label,
        "kind": kind,
        "type": type,
        "icon": icon,
        "name": name,
        "value": value,
        "key": key,
    }
    more: dict[str, object] = {
        "form": form,
        "formaction": formaction,
        "formnovalidate": formnovalidate,
        "disabled": disabled,
    }
    return given | more | {"wide": wide, "small": small}


@component("link_button.html")
def link_button(
    context: Context,
    *,
    label: str,
    href: str,
    kind: ButtonKind = "plain",
    icon: str | None = None,
    wide: bool = False,
    small: bool = False,
    opens_dialog: bool = False,
    key: str = "",
    download: bool = False,
) -> Values:
    """A link that looks like a button; with `opens_dialog` its href is "#id" of a confirm_dialog."""
    given: dict[str, object] = {
        "label": label,
        "href": href,
        "kind": kind,
        "icon": icon,
        "key": key,
        "download": download,
    }
    return given | {"wide": wide, "small": small, "opens_dialog": opens_dialog}


@box("card.html")
def card(
    context: Context,
    content: SafeString,
    *,
    title: str = "",
    icon: str | None = None,
    tone: Literal["plain", "brand", "quiet"] = "plain",
    more_href: str = "",
    more_label: str = "全部",
    id: str = "",  # noqa: A002  HTML's own word
    flush: bool = False,
) -> Values:
    """A titled box; `flush` lets a table or list reach its edges, `more_href` puts a link beside the title."""
    given: dict[str, object] = {
        "content": content,
        "title": title,
        "icon": icon,
        "tone": tone,
        "id": id,
        "flush": flush,
    }
    return given | {"more_href": more_href, "more_label": more_label}


@box("alert.html")
def alert(
    context: Context,
    content: SafeString,
    *,
    title: str = "",
    tone: Literal["info", "done", "careful", "wrong"] = "info",
) -> Values:
    """A sentence that must be seen: info, done (it worked), careful (before you go on), wrong (mend this)."""
    icons = {"info": "info-circle", "done": "check", "careful": "hand-click", "wrong": "help-circle"}
    return {"content": content, "title": title, "tone": tone, "icon": icons[tone]}


@box("confirm_dialog.html")
def confirm_dialog(
    context: Context,
    content: SafeString,
    *,
    id: str,  # noqa: A002  HTML's own word
    title: str,
    action: str,
    label: str,
    kind: ButtonKind = "primary",
    cancel: str = "先不",
) -> Values:
    """Ask before an act that cannot be taken back; a form post. Open it with link_button href="#id" opens_dialog."""
    given: dict[str, object] = {
        "content": content,
        "id": id,
        "title": title,
        "action": action,
        "label": label,
    }
    return given | {"kind": kind, "cancel": cancel}


@component("copy_text.html")
def copy_text(context: Context, *, text: str, label: str = "复制") -> Values:
    """A text that can be copied with one tap (selected by hand without JavaScript)."""
    return {"text": text, "label": label}


@component("qr.html")
def qr(context: Context, *, text: str, label: str, size: Literal[120, 180, 240, 320] = 180) -> Values:
    """A QR code as a picture; `label` says in words where it leads."""
    from minqing.ui.qr import qr_data_uri

    return {"source": qr_data_uri(text), "label": label, "size": size}
