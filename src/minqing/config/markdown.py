"""Generated Markdown: the note at its head, and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NOTE: Final = "<!-- 由 minqing docs 生成，请勿手改。 -->\n\n"


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table; the first row is its head."""
    lines = [" | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    rule = " | ".join("---" for _ in rows[0])
    return "\n".join(f"| {line} |" for line in (lines[0], rule, *lines[1:])) + "\n"
