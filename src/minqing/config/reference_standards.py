"""How the platform stands to two security standards, requirement by requirement, with the tests that show it.

The texts beside this module are ours; a requirement's own words stand in the standard. ``tests/architecture`` checks
that every requirement of the levels named is there, and that whatever is said to show something exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from minqing.config.markdown import table

FOLDER: Final = Path(__file__).with_name("standards")
STATES: Final = {"met": "met", "partly": "partly", "not": "not met", "none": "does not apply"}
_FROM: Final = "<!-- Drawn by `minqing docs` from minqing/config/standards; do not edit here. -->\n\n"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: how we stand to it, why, and the files of tests that show it."""

    number: str
    level: int
    state: str
    words: str
    shown_by: tuple[str, ...]


@cache
def requirements(name: str) -> tuple[Requirement, ...]:
    """Return the requirements of one standard (``asvs`` or ``gb22239``) in the order of its text."""
    return tuple(_read((FOLDER / f"{name}.txt").read_text("utf-8")))


def _read(text: str) -> Iterator[Requirement]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            number, level, state, words, shown = line.split("|")
            if state not in STATES:
                raise ValueError(f"{number}: no such state as {state}")
            yield Requirement(number, int(level), state, words, tuple(filter(None, shown.split(";"))))


def standards_pages() -> dict[str, str]:
    """Draw one page per standard."""
    asvs = (
        "# OWASP ASVS 5.0.0, levels 1 and 2\n\nOne row a requirement, by its number in the standard. Level 3 is not"
        " claimed.\nDeviations are named as such; `not met` and `partly` say what is missing."
    )
    gb22239 = (
        "# GB/T 22239-2019, third level: what an application must support\n\nThe items of 安全计算环境 (8.1.4) and"
        " 安全管理中心 (8.1.5) that software can\nmeet or must leave to whoever runs it. Management and the machine"
        " room are not the software's."
    )
    pages = {"asvs": asvs, "gb22239": gb22239}
    return {
        f"docs/reference/{name}.md": _page(heading, requirements(name)) for name, heading in pages.items()
    }


def _page(heading: str, rows: tuple[Requirement, ...]) -> str:
    counts = Counter(one.state for one in rows)
    summed = "; ".join(f"{STATES[state]}: {counts[state]}" for state in STATES if counts[state])
    cells = [("requirement", "level", "state", "what we do, or why it does not apply", "shown by")]
    cells += [
        (
            one.number,
            str(one.level),
            STATES[one.state],
            one.words,
            "<br>".join(f"`{path}`" for path in one.shown_by),
        )
        for one in rows
    ]
    return f"{_FROM}{heading}\n\n{len(rows)} requirements. {summed}.\n\n{table(cells)}"
