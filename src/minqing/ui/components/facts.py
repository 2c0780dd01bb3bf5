"""What is known: definition lists, numbers that lead to what they count, masked values, progress."""

from collections.abc import Sequence

from django.template import Context
from django.utils.safestring import SafeString

from minqing.ui.components.basics import Colour
from minqing.ui.library import Values, box, component


@box("facts.html")
def facts(context: Context, content: SafeString, *, columns: int = 1) -> Values:
    """A list of facts; holds fact tags. columns: 1 to 4, fewer on narrow screens."""
    return {"content": content, "columns": max(1, min(columns, 4))}


@box("fact.html")
def fact(context: Context, content: SafeString, *, label: str) -> Values:
    """One fact: its name, and between the tags its value (“未登记” where there is none)."""
    return {"content": content if content.strip() else "", "label": label}


@component("stat.html")
def stat(
    context: Context,
    *,
    label: str,
    number: int | str,
    href: str,
    unit: str = "",
    note: str = "",
    colour: Colour | None = None,
) -> Values:
    """A number that is always a link to what it counts."""
    given: dict[str, object] = {"label": label, "number": number, "href": href, "unit": unit, "note": note}
    return given | {"colour": colour}


@component("masked.html")
def masked(context: Context, *, value: str, what: str) -> Values:
    """An already masked value (kernel.masking); `what` is its name. The full value never reaches the page."""
    return {"value": value, "what": what}


@component("steps.html")
def steps(context: Context, *, labels: Sequence[str] | str, current: int, label: str = "进度") -> Values:
    """Where a course of steps stands. labels: a list, or words parted by “|”; current: 0-based, len = all done."""
    words = labels.split("|") if isinstance(labels, str) else list(labels)
    marks = [
        "done" if place < current else "now" if place == current else "ahead" for place in range(len(words))
    ]
    return {"steps": list(zip(words, marks, strict=True)), "label": label}


@component("progress.html")
def progress(context: Context, *, label: str, done: int, total: int) -> Values:
    """How much of a whole is done, in words and as a bar."""
    percent = round(100 * done / total) if total else 0
    return {"label": label, "done": done, "total": total, "percent": percent}
