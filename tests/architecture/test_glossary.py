"""One English identifier per Chinese term: a word in use is in the code, and every model is in the glossary."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Final

from django.apps import apps

from tests.architecture.source import HOME, modules, tree_of
from tests.each import of_each

TEXT: Final = (HOME / "GLOSSARY.md").read_text("utf-8")
IN_USE, _, KEPT = TEXT.partition("## Kept for later")
TICKED: Final = re.compile(r"`([A-Za-z_]+)`")
# Parts of a term that stands in the glossary, told by the whole's name.
PARTS: Final = {
    "AreaPeriod": "Area", "CountyProfile": "Area", "SignInDelay": "Person", "Detail": "Entry",
    "ReactionDone": "Entry", "Awaiting": "Entry", "HouseholdMember": "Household", "TagKind": "Tag",
    "ImportBatch": "import", "ImportRow": "import", "ImportChunk": "import", "ImportPiece": "import",
    "ImportMark": "import", "VisitPhoto": "Visit", "Answer": "content", "Attachment": "Case",
}  # fmt: skip


def rows(table: str) -> list[str]:
    return [
        line for line in table.splitlines() if line.startswith("|") and not re.match(r"^\| (---|中文)", line)
    ]


@cache
def known() -> frozenset[str]:
    """Return every class, constant and short text of the code."""
    found: set[str] = set()
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
                found.add(node.value)
    return frozenset(found)


@of_each(rows(IN_USE), lambda row: row.split("|")[1].strip())
def test_a_word_in_use_is_in_the_code(row: str) -> None:
    missing = [word for word in TICKED.findall(row) if word not in known()]
    assert missing == [], "renamed in the code, or not in use yet"
    assert re.search(r"[\u4e00-\u9fff]", row.split("|")[1])


def test_every_model_is_in_the_glossary() -> None:
    words = set(TICKED.findall(IN_USE))
    models = {one.__name__ for one in apps.get_models() if one.__module__.startswith("minqing.")}
    assert sorted(models - words - set(PARTS)) == []
    assert set(PARTS) <= models


def test_a_word_kept_for_later_is_not_used_for_something_else() -> None:
    classes = {
        node.name for path in modules() for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)
    }
    kept = {word for row in rows(KEPT) for word in TICKED.findall(row) if word[0].isupper()}
    assert sorted(kept & classes) == []


def test_no_term_stands_twice() -> None:
    terms = [term.strip() for row in rows(TEXT) for term in row.split("|")[1].split("/")]
    assert sorted({one for one in terms if terms.count(one) > 1} - {"网格"}) == []
