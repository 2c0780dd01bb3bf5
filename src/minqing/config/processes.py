"""Child processes kept together: started in sessions of their own, stopped together, the reason shown when one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from minqing.config.failures import CannotRun

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOP_SECONDS_MAX: Final = 20.0
_LOOK_EVERY_SECONDS: Final = 0.2
_AGAIN_SECONDS_MAX: Final = 60.0


class Stopped(Exception):
    """A signal asked us to stop."""


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into :class:`Stopped`, once."""

    def stop(number: int, frame: FrameType | None) -> None:
        no_more_signals()
        raise Stopped

    held = {one: signal.getsignal(one) for one in _SIGNALS}
    for one in _SIGNALS:
        signal.signal(one, stop)
    try:
        yield
    finally:
        for one, before in held.items():
            signal.signal(one, before)


def no_more_signals() -> None:
    """Ignore signals from now on: what is being stopped, for whatever reason, is stopped to the end."""
    for one in _SIGNALS:
        signal.signal(one, signal.SIG_IGN)


@dataclass(slots=True)
class _Spare:
    """A member without which the others go on: how it is begun again, and when at the earliest."""

    words: Sequence[str]
    environment: Mapping[str, str]
    failures: int = 0
    not_before: float = 0.0


class Family:
    """The processes that run the platform; ``with`` stops every one of them, whatever happens."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._members: dict[str, subprocess.Popen[bytes]] = {}
        self._spares: dict[str, _Spare] = {}

    def __enter__(self) -> Family:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def start(
        self, name: str, words: Sequence[str], environment: Mapping[str, str], *, is_needed: bool = True
    ) -> None:
        """Start ``minqing WORDS``; its output goes to a log of its own, the last run's is kept beside it.

        One that is not needed is begun again when it ends, each time a little later, and the others go on.
        """
        if not is_needed:
            self._spares.setdefault(name, _Spare(words, environment))
        log = self.log_of(name)
        with suppress(FileNotFoundError):
            log.rename(log.with_suffix(".last.log"))
        with log.open("wb") as out:
            self._members[name] = subprocess.Popen(  # noqa: S603  (our own program, no shell)
                [sys.executable, "-m", "minqing.config.console", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=dict(environment),
                # Ctrl-C in the terminal reaches us alone; we pass it on in order.
                start_new_session=True,
            )

    def log_of(self, name: str) -> Path:
        """Where a member's output is."""
        return self._logs / f"{name}.log"

    def wait_for(self, ready: Callable[[], bool], *, seconds_max: float) -> None:
        """Wait until ``ready``, or say which member ended or was too slow."""
        ends = time.monotonic() + seconds_max
        while not ready():
            self._all_live()
            if time.monotonic() > ends:
                raise CannotRun(f"网站 {seconds_max:.0f} 秒内没有启动好，原因见 {self._logs}，处理后请重试。")
            time.sleep(_LOOK_EVERY_SECONDS)

    def watch(self) -> None:
        """Return never: wait until a member ends (:class:`CannotRun`) or a signal comes (:class:`Stopped`)."""
        while True:
            self._all_live()
            time.sleep(_LOOK_EVERY_SECONDS)

    def _all_live(self) -> None:
        for name, process in list(self._members.items()):
            if process.poll() is None:
                continue
            if name in self._spares:
                self._begin_again(name, self._spares[name])
            else:
                raise CannotRun(self._why(name, process.returncode))

    def _begin_again(self, name: str, spare: _Spare) -> None:
        now = time.monotonic()
        if spare.not_before == 0.0:
            spare.failures += 1
            spare.not_before = now + min(2.0**spare.failures, _AGAIN_SECONDS_MAX)
        elif now >= spare.not_before:
            spare.not_before = 0.0
            # A server that was killed may have left workers, and they hold its port.
            with suppress(ProcessLookupError):
                os.killpg(self._members[name].pid, signal.SIGKILL)
            self.start(name, spare.words, spare.environment, is_needed=False)

    def _why(self, name: str, code: int) -> str:
        """A member that failed with a sentence has it as its last line."""
        lines = self.log_of(name).read_text("utf-8", "replace").strip().splitlines()
        if code == 1 and len(lines) == 1:
            return lines[0]
        return f"进程 {name} 意外退出，已停止全部进程，原因见 {self.log_of(name)}，处理后请重新运行。"

    def stop(self) -> None:
        """Ask each member and its children to end, then make them."""
        no_more_signals()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in self._members.values():
                # The whole group: a server's workers are members of its session, and may outlive it.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            ends = time.monotonic() + _STOP_SECONDS_MAX
            for process in self._members.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, ends - time.monotonic()))
        self._members.clear()
