"""Make chunks of rows in processes of their own while one connection writes them, in the order of the chunks.

Every chunk has a random generator of its own, so that the rows do not depend on who made them.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Queue
from threading import Thread
from traceback import format_exc
from typing import Any, Final

Packed = list[tuple[str, int, bytes]]
"""What a chunk holds: (table, how many rows, the rows packed)."""

WAITING_MAX: Final = 3  # chunks of one process that wait to be written: a few hundred megabytes at most


class ProducerFailed(RuntimeError):
    """A process that makes rows failed; its own words are in the message."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Switch the cycle collector off: it would walk millions of rows again and again, and there are no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()


def produce(jobs: Sequence[Callable[[], Packed]], *, processes: int) -> Iterator[Packed]:
    """Yield the chunks in order; `processes` make them meanwhile (0: made here, one after the other)."""
    if not processes:
        yield from (job() for job in jobs)
        return
    context = get_context("fork")  # the world is shared as it lies in memory, not sent
    pipes = [context.Pipe(duplex=False) for _ in range(processes)]
    workers = [
        context.Process(target=_work, args=(jobs[n::processes], pipes[n][1]), daemon=True)
        for n in range(processes)
    ]
    for worker, (_, end) in zip(workers, pipes, strict=True):
        worker.start()
        end.close()
    queues: list[Queue[Any]] = [Queue(WAITING_MAX) for _ in range(processes)]
    for queue, (end, _) in zip(queues, pipes, strict=True):
        Thread(target=_receive, args=(end, queue), daemon=True).start()
    try:
        for number in range(len(jobs)):
            made = queues[number % processes].get()
            if isinstance(made, str):
                raise ProducerFailed(made)
            yield made
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _work(jobs: Sequence[Callable[[], Packed]], end: Connection) -> None:
    with suppress(BrokenPipeError):  # nobody waits for us any more
        try:
            for job in jobs:
                end.send_bytes(pickle.dumps(job(), protocol=5))
        except BrokenPipeError:
            raise
        except Exception:  # noqa: BLE001 - told to the other end, which raises
            end.send_bytes(pickle.dumps(format_exc(), protocol=5))


def _receive(end: Connection, queue: Queue[Any]) -> None:
    while True:
        try:
            queue.put(pickle.loads(end.recv_bytes()))  # noqa: S301  made by our own process
        except (EOFError, OSError):
            queue.put("生成数据的进程意外结束了（可能内存不足），什么也没有载入，请重试。")
            return
