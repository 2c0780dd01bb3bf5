"""Ports: whether one is free, and whether somebody answers on it."""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import closing
from typing import Final

from minqing.config.failures import CannotRun

_PORTS_TRIED: Final = 20


def must_be_free(host: str, port: int, *, setting: str = "MINQING_PORT") -> None:
    """Refuse a port that is taken, or that we may not take."""
    try:
        _take(host, port)
    except OSError as error:
        raise CannotRun(_refusal(error, host, port, setting)) from error


def free_port_after(host: str, port: int) -> int:
    """Return the next free port; the very next one when none of the next twenty is free."""
    for one in range(port + 1, min(port + 1 + _PORTS_TRIED, 65536)):
        try:
            _take(host, one)
        except OSError:
            continue
        return one
    return min(port + 1, 65535)


def _take(host: str, port: int) -> None:
    """Take a port and give it back at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _refusal(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE and setting != "MINQING_PORT":
        return f"端口 {port} 已被别的程序占用，请关闭它，或换一个端口：{setting}={port + 1}"
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被别的程序占用，请关闭它，或换一个端口：MINQING_PORT={port + 1} make run"
    if error.errno == errno.EACCES:
        return f"当前用户不能使用端口 {port}，请换一个 1024 以上的端口：MINQING_PORT=8000 make run"
    return f"这台机器上没有地址 {host}，请检查 MINQING_HOST，本机试用请写 127.0.0.1。"


def answers(host: str, port: int) -> bool:
    """Whether the site answers that it is well."""
    place = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not bound)
    try:
        with closing(http.client.HTTPConnection(place, port, timeout=5)) as connection:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
