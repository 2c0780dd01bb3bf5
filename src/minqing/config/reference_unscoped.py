"""Every query that looks past the scope of whoever asks, with the reason that stands in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from minqing.config.markdown import NOTE, table

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_UNGUARDED: Final = "everything"


@dataclass(frozen=True, slots=True)
class Past:
    """One place: file and function, whose rows, and why (empty for an unguarded manager)."""

    file: str
    function: str
    rows: str
    why: str


def unscoped_page() -> str:
    """Return docs/reference/unscoped.md."""
    found = sorted(set(_walk()), key=lambda one: (one.file, one.function, one.rows, one.why))
    explained = [("在哪里", "谁的行", "为什么")]
    explained += [(f"`{one.file}` {one.function}", one.rows, one.why) for one in found if one.why]
    unguarded = [("在哪里", "谁的行")]
    unguarded += [(f"`{one.file}` {one.function}", one.rows) for one in found if not one.why]
    return (
        f"{NOTE}# 越过辖区的查询\n\n"
        "查询默认要先说替谁看（`.visible_to(actor)`），否则抛错。下面是全部例外，评审时逐条看。\n\n"
        f'## `.unscoped("理由")`\n\n{table(explained)}\n'
        "## 不设防的 `everything`\n\n这个管理器不查辖区：用它的地方，权限已由 `actor.require` "
        "或调用者查过，或者只是核对编号有没有人用过。\n\n"
        f"{table(unguarded)}"
    )


def _walk() -> Iterator[Past]:
    for file in sorted(_PACKAGE.rglob("*.py")):
        if {"tests", "migrations"} & set(file.relative_to(_PACKAGE).parts):
            continue
        yield from _in(ast.parse(file.read_text("utf-8")), str(file.relative_to(_PACKAGE)), "")


def _in(node: ast.AST, file: str, function: str) -> Iterator[Past]:
    for child in ast.iter_child_nodes(node):
        name = child.name if isinstance(child, ast.FunctionDef) else function
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            if child.func.attr == "unscoped":
                yield Past(file, name, _rows(child.func.value), _why(child))
        elif (
            isinstance(child, ast.Attribute)
            and child.attr == _UNGUARDED
            and isinstance(child.value, ast.Name)
            and child.value.id != "self"
        ):
            yield Past(file, name, child.value.id, "")
        yield from _in(child, file, name)


def _rows(of: ast.expr) -> str:
    """Return ``Case`` for ``Case.objects``."""
    return ast.unparse(of).partition(".objects")[0]


def _why(call: ast.Call) -> str:
    """Return the reason as it stands in the code."""
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ast.unparse(call)
