"""Nothing is sent where it must not go, and nobody keeps us waiting."""

from __future__ import annotations

import socket
import time

import pytest

from minqing.kernel.errors import Refused
from minqing.notices.services import outbound
from minqing.notices.services.outbound import ANY, INTRANET, PUBLIC, is_allowed
from minqing.notices.services.sending import hand_over


@pytest.mark.parametrize(
    ("address", "public", "intranet", "any_"),
    [
        ("93.184.216.34", True, True, True),
        ("2606:2800:220:1:248:1893:25c8:1946", True, True, True),
        ("10.1.2.3", False, True, True),
        ("192.168.1.1", False, True, True),
        ("172.16.0.9", False, True, True),
        ("fd12::1", False, True, True),
        ("127.0.0.1", False, False, True),
        ("127.8.8.8", False, False, True),
        ("::1", False, False, True),
        ("::ffff:127.0.0.1", False, False, True),
        ("64:ff9b::7f00:1", False, False, True),
        ("64:ff9b::a9fe:a9fe", False, False, False),
        ("0.0.0.0", False, False, False),
        ("169.254.169.254", False, False, False),
        ("100.100.100.200", False, False, False),
        ("fd00:ec2::254", False, False, False),
        ("169.254.7.7", False, False, True),
        ("224.0.0.1", False, False, False),
        ("fe80::1%eth0", False, False, True),
    ],
)
def test_where_a_message_may_go(address, public, intranet, any_):
    allowed = [is_allowed(address, level) for level in (PUBLIC, INTRANET, ANY)]
    assert allowed == [public, intranet, any_]


def test_this_machine_is_refused_unless_a_setting_says_so(other):
    answer = outbound.post(f"http://{other.host}/", b"{}", {})
    assert answer.code is None
    assert "不许从这里访问" in answer.error
    assert other.got == []


def test_a_name_that_leads_to_this_machine_is_refused(other, monkeypatch):
    real = socket.getaddrinfo

    def lying(host, *given, **named):
        return real("127.0.0.1" if host == "rebound.example" else host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    answer = outbound.post(f"http://rebound.example:{other.port}/", b"{}", {})
    assert "不许从这里访问" in answer.error
    error, raw = hand_over(f"json://rebound.example:{other.port}/", "试发")
    assert "不许从这里访问" in error, raw
    assert other.got == []


def test_a_redirect_is_not_followed(other, anywhere):
    other.code, other.location = 302, "http://127.0.0.1:1/elsewhere"
    answer = outbound.post(f"http://{other.host}/", b"{}", {})
    assert answer.code == 302
    assert not answer.is_taken
    assert "没有跟过去" in answer.error
    assert len(other.got) == 1


def test_the_library_is_led_astray_by_no_redirect(other, anywhere, monkeypatch):
    other.code, other.location = 307, "http://169.254.169.254/latest/meta-data/"
    error, _ = hand_over(f"json://{other.host}/", "试发")
    assert "不许从这里访问" in error
    assert len(other.got) == 1


def test_a_server_that_drips_is_cut_off(other, anywhere, monkeypatch):
    other.drips = True
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.4)
    begun = time.monotonic()
    answer = outbound.post(f"http://{other.host}/", b"{}", {})
    assert (answer.code, answer.error) == (None, outbound.TOO_LONG)
    error, _ = hand_over(f"json://{other.host}/", "试发")
    assert error == outbound.TOO_LONG
    assert time.monotonic() - begun < 4


def test_a_slow_server_is_given_up(other, anywhere, monkeypatch):
    other.seconds = 2.0
    monkeypatch.setattr(outbound, "READ_SECONDS", 0.3)
    answer = outbound.post(f"http://{other.host}/", b"{}", {})
    assert answer.error == "对方迟迟没有回应，已断开。"
    error, raw = hand_over(f"json://{other.host}/", "试发")
    assert error == "对方迟迟没有回应，已断开。", raw


def test_a_closed_door_says_so(anywhere):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert outbound.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "对方没有开着，连不上。"
        assert hand_over(f"json://127.0.0.1:{port}/", "试发")[0] == "对方没有开着，连不上。"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "ftp://example.org/", "https://", "https://127.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest/", "https://10.0.0.8/", "https://x:b@example.org/", "https://example.org:99999/",
        "https://example.org:0/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_addresses_that_nothing_is_sent_to(url):
    with pytest.raises(Refused):
        outbound.checked(url)
    assert outbound.checked("https://example.org/hook?x=1").hostname == "example.org"


def test_the_library_sends_by_the_allowed_schemes_alone(other, anywhere):
    error, _ = hand_over(f"xml://{other.host}/", "试发")
    assert "不在允许之列" in error
    error, raw = hand_over(f"json://{other.host}/tell", "试发")
    assert (error, raw) == ("", "")
    assert other.got[0].json["message"] == "试发"
