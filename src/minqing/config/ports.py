"""Ports: whether one is free, and whether somebody answers on it."""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import closing

from minqing.config.failures import CannotRun


def must_be_free(host: str, port: int) -> None:
    """Refuse a port that is taken, or that we may not take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotRun(_refusal(error, host, port)) from error


def _refusal(error: OSError, host: str, port: int) -> str:
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
