"""The files of the repository, as the guards over the source read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).resolve().parents[2]
OURS: Final = ("src", "tests", "tools", "bench", "conftest.py")
TEXT: Final = {
    ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".lock", ".md", ".mjs", ".py", ".sh", ".sql", ".svg",
    ".toml", ".txt", ".yaml", ".yml", "",
}  # fmt: skip


@cache
def committed() -> tuple[Path, ...]:
    """Return every file that is or will be committed; outside a checkout, every file of our folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOME, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = [HOME / name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [one for place in OURS for one in (HOME / place).rglob("*") if "__pycache__" not in one.parts]
    return tuple(sorted(one for one in names if one.is_file()))


def texts() -> list[Path]:
    """Return the committed files that are text."""
    return [one for one in committed() if one.suffix in TEXT]


def modules(*, tests: bool = False) -> list[Path]:
    """Return our Python modules, without migrations; with the tests if asked."""
    python = [one for one in committed() if one.suffix == ".py" and "migrations" not in one.parts]
    return [one for one in python if tests or not is_test(one)]


def is_test(path: Path) -> bool:
    """Tell whether a file belongs to the tests."""
    return "tests" in path.relative_to(HOME).parts or path.name == "conftest.py"


def name_of(path: Path) -> str:
    """Return a path as people say it."""
    return path.relative_to(HOME).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), name_of(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Return the calls of a module, each with the dotted name of what is called."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` of an expression; what is no name is left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
