"""The second process of large imports: started once, kept for a while, asked for one stretch of work after the other.

To start a process that knows the whole application takes a second or two, as long as ten thousand rows. So it starts
while the file is still being read, and stays for some minutes: whoever has a large spreadsheet checked will have it
registered soon. It ends by itself when its worker does, or when nothing was asked of it for a while.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO, Final

LINGERS_SECONDS: Final = 300.0
_BEGAN, _DONE, _FAILED = "began", "done", "failed"


class HelperFailed(RuntimeError):
    """The second process ended with an error, which stands in the worker's log."""


class Helper:
    """One second process, as the worker sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "django", "import_lane", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._heard: dict[str, str] = {}
        self._news = threading.Condition()
        self._numbers = count(1)
        self._wanted = self._process.stdin
        threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, *words: str) -> str:
        """Ask for a stretch of work; return its number. Raises ``OSError`` when the process has just ended."""
        number = str(next(self._numbers))
        assert self._wanted is not None
        self._wanted.write(" ".join([number, *words]) + "\n")
        self._wanted.flush()
        return number

    def finish(self, number: str) -> None:
        """Wait for a stretch that was begun; one that was not will find nothing left. Raises :class:`HelperFailed`."""
        with self._news:
            while self._heard.get(number) == _BEGAN and self.is_alive:
                self._news.wait(1.0)
            if self._heard.pop(number, _DONE) != _DONE:
                raise HelperFailed("import_lane ended with an error")

    def stop(self) -> None:
        """End it now; the chunk that it is in is taken back."""
        self._process.terminate()
        self._process.wait()

    def _listen(self, said: IO[str]) -> None:
        for line in said:
            number, _, word = line.strip().partition(" ")
            with self._news:
                self._heard[number] = word
                self._news.notify_all()
        self._process.wait()
        with self._news:
            self._news.notify_all()


_kept: Final[list[Helper]] = []  # one at most
_in_use: Final = threading.Lock()


@contextmanager
def _mine() -> Iterator[bool]:
    """Have the helper to oneself; False when another spreadsheet has it."""
    taken = _in_use.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _in_use.release()


def warm_up() -> None:
    """Start the helper, if it is not there, for what comes soon."""
    with _mine() as is_mine:
        if is_mine:
            _at_hand()


def _at_hand() -> Helper:
    if not _kept or not _kept[0].is_alive:
        _kept[:] = [Helper()]
    return _kept[0]


def with_helper(words: tuple[str, ...], work: Callable[[], None]) -> None:
    """Do ``work`` here while the helper takes its part of it; alone when another spreadsheet has the helper."""
    with _mine() as is_mine:
        if not is_mine:
            work()
            return
        helper = _at_hand()
        try:
            number = helper.ask(*words)
        except OSError:  # it had waited long enough in this very moment
            work()
            return
        try:
            work()
        except BaseException:
            helper.stop()
            raise
        helper.finish(number)


def serve(parent: int, work: Callable[[list[str]], None]) -> None:
    """Do what the worker asks for, until it is gone or asks for nothing more (the helper's own side)."""
    asked = sys.stdin.fileno()
    left = b""
    while os.getppid() == parent and select.select([asked], [], [], LINGERS_SECONDS)[0]:
        if not (read := os.read(asked, 4096)):
            return
        *lines, left = (left + read).split(b"\n")
        for line in lines:
            number, *words = line.decode().split()
            _say(number, _BEGAN)
            try:
                work(words)
            except BaseException:
                _say(number, _FAILED)
                raise
            _say(number, _DONE)


def _say(number: str, word: str) -> None:
    sys.stdout.write(f"{number} {word}\n")
    sys.stdout.flush()
