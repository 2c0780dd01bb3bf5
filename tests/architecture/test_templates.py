"""Every template compiles (so no component is misspelt anywhere) and keeps to the content security policy."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import engines

from tests.each import of_each

SOURCE = Path(__file__).resolve().parents[2] / "src" / "minqing"
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.*"))

FORBIDDEN = {
    r"\sstyle\s*=": "an inline style; use a class",
    r"<style\b": "an inline style sheet; use static/",
    r"<script(?![^>]*\ssrc=)": "an inline script; use a module in static/",
    r"<[^>]*\son[a-z]+\s*=": "an inline handler; use a data attribute and a module",
    r"javascript:": "a script in an address",
    r"hx-on|hx-vals=.js:|hx-headers=.js:": "a script for htmx, which would need eval",
}


def name_of(template: Path) -> str:
    return str(template.relative_to(SOURCE))


@of_each(TEMPLATES, name_of)
def test_a_template_has_no_inline_style_or_script(template: Path) -> None:
    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    # Tags of the template language are no HTML: `{% if x on y="…" %}` is not a handler.
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    for pattern, why in FORBIDDEN.items():
        found = re.search(pattern, text)
        assert not found, f"{name_of(template)}: {found and found[0]!r} is {why}"


@of_each([one for one in TEMPLATES if one.suffix in (".html", ".svg", ".txt")], name_of)
def test_a_template_compiles(template: Path) -> None:
    inside = template.relative_to(SOURCE).parts
    engines["django"].get_template("/".join(inside[2:]))
