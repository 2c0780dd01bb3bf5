"""``minqing docs``: write the documents that are drawn from the code, or check that they are fresh.

A generator is a function that returns pages by their path from the root of the repository. To add one, add a line.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Final

from minqing.config.commands import without_database
from minqing.config.screen import complain, say
from minqing.kernel.settings import settings

GENERATORS: Final = (
    "minqing.workflow.public:procedure_pages",
    "minqing.config.reference:reference_pages",
    "minqing.config.reference_standards:standards_pages",
    "minqing.privacy.public:data_pages",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--check", action="store_true", help="只检查：有文档过时就以 1 退出")


def run(options: argparse.Namespace) -> int:
    """Write what changed; with ``--check`` name it instead."""
    without_database()
    pages = generated()
    stale = [path for path, text in pages.items() if _held(path) != text]
    left_over = [path for path in _beside(pages) if path not in pages]
    if options.check:
        for path in (*stale, *left_over):
            complain(f"{path} 已过时，请运行 make docs 并提交。")
        return 1 if stale or left_over else 0
    for path in stale:
        file = settings().home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(pages[path], "utf-8")
    for path in left_over:
        (settings().home / path).unlink()
    say(f"写了 {len(stale)} 个文档，删去 {len(left_over)} 个，其余 {len(pages) - len(stale)} 个没有变化。")
    return 0


def generated() -> dict[str, str]:
    """Run every generator."""
    pages: dict[str, str] = {}
    for generator in GENERATORS:
        module, _, function = generator.partition(":")
        pages |= getattr(import_module(module), function)()
    return pages


def _held(path: str) -> str | None:
    file = settings().home / path
    return file.read_text("utf-8") if file.exists() else None


def _beside(pages: dict[str, str]) -> list[str]:
    """What lies in the folders of generated pages: all of it is generated."""
    home = settings().home
    folders = sorted({Path(path).parent for path in pages})
    return [
        str(file.relative_to(home)) for folder in folders for file in sorted((home / folder).glob("*.md"))
    ]
