"""Check every template: it compiles (a misspelt component is an error), and has no inline script or style.

The content security policy refuses inline code: a page that has some is broken in a way that its text does not show.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import django
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

SOURCE: Final = Path(__file__).resolve().parents[1] / "src" / "minqing"
INLINE: Final = {
    re.compile(r"<style\b", re.IGNORECASE): "<style>",
    re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE): "style=",
    re.compile(r"<[^>{]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE): "on…=",
    re.compile(r"<script\b(?![^>]*\b(src|type=\"application/json\"))", re.IGNORECASE): "<script> without src",
    re.compile(r"javascript:", re.IGNORECASE): "javascript:",
}


def main() -> int:
    """Name every defect; return 1 if there is any."""
    django.setup()
    found = [
        problem
        for file in sorted(SOURCE.glob("*/templates/**/*"))
        if file.is_file()
        for problem in problems(file)
    ]
    for problem in found:
        print(problem)
    return 1 if found else 0


def problems(file: Path) -> list[str]:
    """What is wrong with one template."""
    name = str(file.relative_to(next(above for above in file.parents if above.name == "templates")))
    shown = file.relative_to(SOURCE)
    text = file.read_text("utf-8")
    found = [
        f"{shown}:{text.count(chr(10), 0, match.start()) + 1}: {words}"
        for pattern, words in INLINE.items()
        for match in pattern.finditer(text)
    ]
    try:
        get_template(name)
    except (TemplateSyntaxError, TemplateDoesNotExist, TypeError, ValueError) as error:
        found.append(f"{shown}: {error}")
    return found


if __name__ == "__main__":
    sys.exit(main())
