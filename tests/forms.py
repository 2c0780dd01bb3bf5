"""The names of every field that any form or page of ours reads."""

from __future__ import annotations

import ast
from functools import cache

from tests.architecture.source import calls, modules


@cache
def names_of_fields() -> tuple[str, ...]:
    """Return the names that forms declare and that pages take from an address or a post."""
    found: set[str] = set()
    for path in modules():
        if path.parts[-1].startswith("forms") or "forms" in path.parts[-1]:
            found |= _declared(path)
        if {"pages", "forms.py", "asked.py", "answers.py"} & set(path.parts) or path.name == "pages.py":
            for name, call in calls(path):
                if name.endswith((".get", ".getlist", ".pop")) and call.args:
                    first = call.args[0]
                    if (
                        isinstance(first, ast.Constant)
                        and isinstance(first.value, str)
                        and first.value.isidentifier()
                    ):
                        found.add(first.value)
    return tuple(sorted(found))


def _declared(path: object) -> set[str]:
    from pathlib import Path

    from tests.architecture.source import tree_of

    assert isinstance(path, Path)
    return {
        target.id
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
