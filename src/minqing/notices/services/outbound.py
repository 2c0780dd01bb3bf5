"""The one way out: connections only to addresses that are allowed, never for longer than a fixed time.

Both the library that knows the chat programs' robots (apprise, over requests) and our own pushes connect through
urllib3, whose ``create_connection`` is replaced here for the whole process, and mail connects by the same function:
it resolves a name once, refuses what may not be reached, and connects to the very address it checked. A redirect,
a second name server's answer and an IPv6 spelling of a loopback address come to the same check.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.util import connection as urllib3_connection

from minqing.kernel.errors import Refused
from minqing.kernel.settings import settings
from minqing.notices.rules import UNENCRYPTED_SCHEMES

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
# A server that answers one byte a second is cut off all the same.
WHOLE_SECONDS: Final = 20.0
ANSWER_BYTES_MAX: Final = 4096  # enough to see what a server complains of
PUBLIC, INTRANET, ANY = "public", "intranet", "any"
# Where clouds keep the credentials of the machine itself; some lie in ranges that look private or shared.
METADATA: Final = frozenset(
    ipaddress.ip_address(one)
    for one in ("169.254.169.254", "169.254.0.23", "100.100.100.200", "fd00:ec2::254")
)
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


TOO_LONG: Final = "对方迟迟没有回应，已断开。"


class NotReachable(OSError):
    """An address to which nothing is sent from here."""


@dataclass(slots=True)
class _Deadline:
    """The connections of one call, so that they can be cut."""

    sockets: list[socket.socket]
    is_over: bool = False


_now = threading.local()


def is_allowed(address: str, level: str) -> bool:
    """Whether a resolved address may be connected to. ``level``: public, intranet or any."""
    found: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_allowed(str(inner), level)
    if found in METADATA or found.is_multicast or found.is_unspecified:
        return False
    if level == ANY:
        return True
    if found.is_loopback or found.is_link_local or found.is_reserved:
        return False
    return found.is_global or (level == INTRANET and found.is_private)


_connect_at_will = urllib3_connection.create_connection


def connect(address: tuple[str, int], *given: Any, **named: Any) -> socket.socket:
    """Resolve once, check every answer, connect to the first that is allowed."""
    host, port = address
    found = socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM)
    level = settings().outbound
    allowed = [str(one[4][0]) for one in found if is_allowed(str(one[4][0]), level)]
    if not allowed:
        raise NotReachable(f"not allowed from here: {host}")
    made = _connect_at_will((allowed[0], port), *given, **named)
    deadline: _Deadline | None = getattr(_now, "deadline", None)
    if deadline is not None:
        deadline.sockets.append(made.dup())  # TLS takes the socket itself over
    return made


urllib3_connection.create_connection = connect


@contextmanager
def within() -> Iterator[_Deadline]:
    """Cut every connection that the body made when :data:`WHOLE_SECONDS` have passed."""
    deadline = _now.deadline = _Deadline([])

    def cut() -> None:
        deadline.is_over = True
        for one in deadline.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        _now.deadline = None
        for one in deadline.sockets:
            one.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a code, or none and why (a sentence, and the raw words for the administrator)."""

    code: int | None
    milliseconds: int
    error: str = ""
    raw: str = ""

    @property
    def is_taken(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post a body and read the beginning of the answer. A redirect is not followed: it is an answer like any other."""
    begun = time.monotonic()
    code, error, raw = None, "", ""
    with within() as deadline:
        try:
            code, raw = _exchange(url, body, headers)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
            error, raw = sentence_for(failure), str(failure)
    if deadline.is_over:  # what was cut off in the middle may look like a short answer
        code, error = None, TOO_LONG
    elif code is not None and not 200 <= code < 300:
        redirect = 300 <= code < 400
        error = (
            f"对方要求转到别处（{code}），没有跟过去，请改用最终的地址。"
            if redirect
            else f"对方没有收下（{code}）。"
        )
    return Answer(code, round((time.monotonic() - begun) * 1000), error, raw)


def _exchange(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    path = parts.path or "/"
    with urllib3.connection_from_url(url, timeout=timeout, retries=False, maxsize=1) as pool:
        response = pool.urlopen(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body=body,
            headers=headers,
            redirect=False,
            preload_content=False,
        )
        try:
            said = response.read(ANSWER_BYTES_MAX, decode_content=False)
        finally:
            response.close()
        return response.status, said.decode("utf-8", "replace")


def sentence_for(failure: BaseException) -> str:
    """Say in Chinese why nothing came through."""
    reasons = list(_causes(failure))
    if any(isinstance(one, NotReachable) for one in reasons):
        return "这个地址不许从这里访问（本机、内网或云主机的元数据地址）。"
    if any(isinstance(one, ConnectionRefusedError) for one in reasons):
        return "对方没有开着，连不上。"
    if any(isinstance(one, socket.gaierror | urllib3.exceptions.NameResolutionError) for one in reasons):
        return "找不到这个域名，请核对地址。"
    if any(isinstance(one, urllib3.exceptions.SSLError) for one in reasons):
        return "对方的证书有问题，没有发送。"
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in reasons):
        return TOO_LONG
    return "连接中断，没有送到。"


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """Yield a failure and all that stand behind it."""
    seen: set[int] = set()
    waiting: list[Any] = [failure]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def checked(url: str, *, schemes: frozenset[str] = frozenset({"https", "http"})) -> SplitResult:
    """Return the parts of an address that may be sent to, or refuse it with a sentence. Resolves nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("这个地址写得不对，请核对。", field="url") from error
    if parts.scheme not in schemes or not parts.hostname:
        raise Refused("地址要以 https:// 开头，并写明域名。", field="url")
    if parts.scheme in UNENCRYPTED_SCHEMES and settings().outbound == PUBLIC:
        raise Refused("发到外面的地址要用加密的（https://）。", field="url")
    if parts.username or parts.password:
        raise Refused("地址里不要写用户名和密码。", field="url")
    with suppress(ValueError):
        if not is_allowed(parts.hostname, settings().outbound):
            raise Refused("这个地址不许从这里访问（本机、内网或云主机的元数据地址）。", field="url")
    if port == 0:
        raise Refused("端口写得不对，请核对。", field="url")
    return parts
