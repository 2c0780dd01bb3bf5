"""E-mail as a channel: over SMTP by the same one way out, to addresses that are allowed, and never without an end."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from minqing.kernel.errors import Refused
from minqing.notices.services import outbound

TLS_PORT: Final = (
    465  # encrypted from the first byte; any other port begins plainly and changes over (STARTTLS)
)
PLAIN_PORT: Final = 25
OURSELVES: Final = (
    "minqing.local"  # what we call ourselves to the other side; the machine's own name stays here
)
_PARAMETERS: Final = frozenset({"to", "from"})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a mail goes and with what: the server, who signs in, who sends, who receives."""

    host: str
    port: int
    is_encrypted: bool
    user: str
    password: str
    sender: str
    to: str


def read(url: str) -> Mailbox:
    """Take an address apart: ``mailtos://user:password@host:465/?from=…&to=…``. Raises ``Refused`` (field ``url``)."""
    try:
        parts = urlsplit(url)
        given = parse_qs(parts.query, keep_blank_values=True)
        found = _mailbox(parts, given)
    except ValueError as error:
        raise Refused("这个地址读不懂，请对照指南里邮件的写法核对。", field="url") from error
    unknown = given.keys() - _PARAMETERS
    if not found.host or unknown:
        raise Refused("这个地址读不懂，请对照指南里邮件的写法核对。", field="url")
    for one, what in ((found.sender, "发件邮箱（from=…）"), (found.to, "收件邮箱（to=…）")):
        if not is_address(one):
            raise Refused(f"{what}没有写，或者写得不对。", field="url")
    if found.user and not found.password:
        raise Refused("写了发件账号，还要写它的密码或授权码。", field="url")
    return found


def _mailbox(parts: SplitResult, given: dict[str, list[str]]) -> Mailbox:
    user = unquote(parts.username or "")
    is_encrypted = parts.scheme.lower() == "mailtos"
    return Mailbox(
        host=parts.hostname or "",
        port=parts.port or (TLS_PORT if is_encrypted else PLAIN_PORT),
        is_encrypted=is_encrypted,
        user=user,
        password=unquote(parts.password or ""),
        sender=given.get("from", [user])[0],
        to=given.get("to", [""])[0],
    )


def is_address(value: str) -> bool:
    """Whether something is one mail address."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def hand_over(url: str, title: str, text: str, *, at: datetime) -> tuple[str, str]:
    """Send a text; return ("", "") when the server took it, else a sentence and its raw words without secrets."""
    try:
        mailbox = read(url)
    except Refused as refused:
        return refused.message, ""
    with outbound.within() as deadline:
        try:
            _send(mailbox, _letter(mailbox, title, text, at))
        except (smtplib.SMTPException, OSError, ValueError) as failure:
            raw = _raw(failure, mailbox)
            return (outbound.TOO_LONG if deadline.is_over else _sentence(failure)), raw
    return "", ""


def _letter(mailbox: Mailbox, title: str, text: str, at: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = title, mailbox.sender, mailbox.to
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = make_msgid(domain=mailbox.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # no out-of-office note comes back
    letter.set_content(text, cte="base64")  # not every server takes eight bits
    return letter


def _send(mailbox: Mailbox, letter: EmailMessage) -> None:
    given: dict[str, Any] = {"local_hostname": OURSELVES, "timeout": outbound.READ_SECONDS}
    context = ssl.create_default_context()
    at_once = mailbox.is_encrypted and mailbox.port == TLS_PORT
    server: smtplib.SMTP = _Encrypted(context=context, **given) if at_once else _Plain(**given)
    server._host = mailbox.host  # type: ignore[attr-defined]  # whose certificate it is; set by connecting at once
    try:
        server.connect(mailbox.host, mailbox.port)
        if mailbox.is_encrypted and not at_once:
            server.starttls(context=context)
        if mailbox.user:
            server.login(mailbox.user, mailbox.password)
        server.send_message(letter)
    finally:
        server.close()


class _Plain(smtplib.SMTP):
    """SMTP whose connections go by the one way out."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return outbound.connect((host, port), timeout)


class _Encrypted(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(outbound.connect((host, port), timeout), server_hostname=host)


def _raw(failure: BaseException, mailbox: Mailbox) -> str:
    """Return the server's words, cut, without what was sent to it: it may repeat addresses and sign-in."""
    told = re.sub(r"[\w.+-]+@[\w.-]+", "****", str(failure))
    for one in (mailbox.password, mailbox.user):
        told = told.replace(one, "****") if one else told
    return told[: outbound.ANSWER_BYTES_MAX]


def _sentence(failure: BaseException) -> str:
    """Say in Chinese why the mail did not leave."""
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return "发件邮箱的账号、密码或授权码不对。"
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return "邮件服务器不收这个收件邮箱，请核对。"
    if isinstance(failure, smtplib.SMTPSenderRefused):
        return "邮件服务器不让用这个发件邮箱，请核对。"
    if isinstance(failure, smtplib.SMTPNotSupportedError):
        return "邮件服务器不支持加密或登录，没有发送。"
    if isinstance(failure, ssl.SSLError):
        return "对方的证书有问题，没有发送。"
    if isinstance(failure, smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError):
        return "邮件服务器断开了连接，没有送到。"
    if isinstance(failure, smtplib.SMTPException):
        return "邮件服务器没有收下这封邮件。"
    return outbound.sentence_for(failure)
