"""Failures an operator can mend: one Chinese sentence that says what to do, exit code 1, no traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management.base import CommandError

from minqing.kernel.settings import MissingSetting

FULL_DISK = "磁盘空间不够了，请腾出空间后重试；已有的数据没有丢。"


class CannotRun(RuntimeError):
    """The platform cannot run as things are; the message is the sentence."""


@contextmanager
def sentences() -> Iterator[None]:
    """Turn the failures of outside things (disk, database, settings) into :class:`CannotRun`."""
    try:
        yield
    except CannotRun:
        raise
    except (MissingSetting, CommandError) as error:
        raise CannotRun(str(error)) from error
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise CannotRun(sentence) from error


def _sentence(error: BaseException) -> str | None:
    """Look along the chain of causes for one that has a sentence."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg.errors.DiskFull) or (
            isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
        ):
            return FULL_DISK
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            return "数据库账号的权限不够，请让数据库的所有者授权，或检查两个地址是否写反了。"
        if isinstance(cause, PermissionError):
            return f"没有权限读写 {cause.filename}，请检查该文件的属主，或换用当初安装时的系统用户运行。"
        cause = cause.__cause__ or cause.__context__
    return None
