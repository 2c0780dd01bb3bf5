"""What an operator sees in the terminal: one sentence per step, with seconds where it took longer than one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_WORTH_SAYING_SECONDS: Final = 1.0


def say(sentence: str) -> None:
    """Show a sentence now."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def complain(sentence: str) -> None:
    """Show why it does not go on."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


@contextmanager
def step(sentence: str) -> Iterator[Callable[[int, int], None]]:
    """Say what begins, and how long it took; yields ``progress(done, of)`` for what can be counted."""
    began = shown = time.monotonic()
    on_terminal = sys.stdout.isatty()
    say(f"{sentence}……")

    def progress(done: int, of: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= _WORTH_SAYING_SECONDS:
            shown = time.monotonic()
            line = f"  {done:,}/{of:,}"
            sys.stdout.write(f"\r{line}" if on_terminal else f"{line}\n")
            sys.stdout.flush()

    yield progress
    if shown > began and on_terminal:
        sys.stdout.write("\n")
    if time.monotonic() - began > _WORTH_SAYING_SECONDS:
        say(f"  完成，用时 {time.monotonic() - began:.0f} 秒。")
