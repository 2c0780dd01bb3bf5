"""Notices leave by mail over the one way out, with a sending state of their own, and nothing personal in them."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER
from minqing.notices import public as notices
from minqing.notices.models import Delivery
from minqing.notices.rules import PLACEHOLDER
from minqing.notices.services import mail
from minqing.notices.services.sending import send_due
from minqing.notices.tests.test_telling import channel, news, only, reached

WHO = "zhang.san@jukeng.example.cn"


@dataclass
class Post:
    """A mail server: what it was told and given, and whom it refuses."""

    port: int = 0
    refuses: str = ""
    said: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)


@pytest.fixture
def post() -> Iterator[Post]:
    here = Post()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 post")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                here.said.append(line)
                word = line.split()[0].upper()
                if word == here.refuses:
                    self._say("550 5.1.1 <" + WHO + "> no such user")
                elif word == "EHLO":
                    self._say("250-post\r\n250 AUTH PLAIN")
                elif word == "DATA":
                    self._say("354 go on")
                    letter = b""
                    while not letter.endswith(b"\r\n.\r\n"):
                        letter += self.rfile.readline()
                    here.letters.append(letter.removesuffix(b".\r\n"))
                    self._say("250 taken")
                elif word == "AUTH":
                    self._say("535 no" if "bad" in here.refuses else "235 welcome")
                else:
                    self._say("250 ok")

        def _say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def box(post: Post, sign_in: str = "", to: str = PLACEHOLDER) -> str:
    return f"mailto://{sign_in}127.0.0.1:{post.port}/?from=minqing@x.example.cn&to={to}"


def test_a_person_is_told_by_mail(here, post, anywhere):
    made = channel(here, box(post), name="邮件")
    assert (made.is_personal, made.shown) == (True, "mailto://127.0.0.1/****")
    with pytest.raises(Refused, match="邮箱地址"):
        reached(here, made, address="13800000000")
    who = reached(here, made, address=WHO)
    notices.tell(news(here, who.person_id))
    assert send_due(made.id) == 1
    [letter] = [email.message_from_bytes(one, policy=email.policy.default) for one in post.letters]
    assert (letter["Subject"], letter["To"], letter["From"]) == ("民情", WHO, "minqing@x.example.cn")
    assert letter.get_content().strip().startswith("事项 261120-7KQ2M 轮到您：待签收")
    assert who.person_name not in letter.as_string() + letter.get_content()
    assert only().state_label == "已送达"
    assert not any("ehlo" in one and "minqing.local" not in one for one in post.said)


def test_what_a_mail_server_refuses_is_told_and_tried_again(here, post, anywhere):
    made = channel(here, box(post), name="邮件")
    notices.tell(news(here, reached(here, made, address=WHO).person_id))
    post.refuses = "RCPT"
    assert send_due(made.id) == 0
    held = only()
    assert (held.state_label, held.last_error) == ("重试中", "邮件服务器不收这个收件邮箱，请核对。")
    assert "550" in held.last_raw
    assert WHO not in held.last_raw


def test_the_sign_in_stays_out_of_sight(here, post, anywhere):
    made = channel(here, box(post, sign_in="office:p%40ss-word@", to=WHO), name="值班邮箱")
    assert not made.is_personal
    post.refuses = "bad"
    notices.tell(news(here, here.actor(TOWN_DISPATCHER).person_id))
    assert send_due(made.id) == 0
    held = Delivery.everything.get()
    assert held.last_error == "发件邮箱的账号、密码或授权码不对。"
    assert "p@ss-word" not in held.last_raw + made.shown


def test_mail_goes_nowhere_that_is_not_allowed(here, post):
    with pytest.raises(Refused, match="加密"):
        channel(here, box(post))
    with pytest.raises(Refused, match="不许"):
        channel(here, f"mailtos://127.0.0.1:{post.port}/?from=a@x.cn&to={PLACEHOLDER}")
    # A name that leads to this machine passes the form and is stopped on the way out.
    error, _ = mail.hand_over(
        f"mailtos://localhost:{post.port}/?from=a@x.cn&to={WHO}", "民情", "试", at=clock.now()
    )
    assert error == "这个地址不许从这里访问（本机、内网或云主机的元数据地址）。"
    assert post.said == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mailtos://mail.example.cn/", "发件邮箱"),
        ("mailtos://mail.example.cn/?from=a@x.cn", "收件邮箱"),
        ("mailtos://user@mail.example.cn/?from=a@x.cn&to=b@x.cn", "密码"),
        ("mailtos://mail.example.cn/?from=a@x.cn&to=b@x.cn&cc=c@x.cn", "读不懂"),
        ("mailtos://mail.example.cn:x/?from=a@x.cn&to=b@x.cn", "读不懂"),
        ("mailtos://mail.example.cn/?from=a@x.cn%0d%0aBcc:b@x.cn&to=b@x.cn", "发件邮箱"),
    ],
)
def test_mailboxes_that_cannot_be(here, url, words):
    with pytest.raises(Refused, match=words):
        channel(here, url, by=here.actor(SYSTEM_ADMINISTRATOR))
