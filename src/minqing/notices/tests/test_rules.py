"""Quiet hours, waits, signatures, and what no message may hold."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minqing.kernel import clock
from minqing.notices import rules
from minqing.notices.rules import Quiet, quiet_until, sign, signature, wait_after

NIGHT = Quiet(time(21, 30), time(7, 0))
NOON = Quiet(time(12, 0), time(14, 0))


def local(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.LOCAL)


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (local(21, 29), None),
        (local(21, 30), local(7, 0, 21)),
        (local(23, 59), local(7, 0, 21)),
        (local(0, 0), local(7, 0)),
        (local(6, 59), local(7, 0)),
        (local(7, 0), None),
        (local(13, 0), None),
    ],
)
def test_a_night_runs_over_midnight(at, over):
    assert NIGHT.over_at(at.astimezone(UTC)) == over


def test_the_longer_of_two_quiets_holds_and_the_urgent_passes():
    at = local(13, 0)
    long = Quiet(time(11, 0), time(16, 0))
    assert quiet_until(at, False, NOON, long) == local(16, 0)
    assert quiet_until(at, False, None, None) is None
    assert quiet_until(at, True, NOON, long) is None


@given(st.times(), st.times(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_quiet_is_always_over_within_a_day_and_then_it_is_not_quiet(begins, ends, at):
    quiet = Quiet(begins, ends)
    moment = at.replace(tzinfo=UTC)
    over = quiet.over_at(moment)
    if over is not None:
        assert timedelta(0) < over - moment <= timedelta(days=1)
        assert quiet.over_at(over) is None


def test_waits_grow_and_end():
    for waits in (rules.DELIVERY_WAITS, rules.PUSH_WAITS):
        assert list(waits) == sorted(waits)
        assert wait_after(len(waits), waits) == waits[-1]
        assert wait_after(len(waits) + 1, waits) is None


def test_a_kind_asks_for_number_and_state_and_nothing_else():
    with pytest.raises(KeyError):
        rules.kind("test.bad", "坏的", "请联系 {name}")
    assert "test.bad" not in rules.KINDS
    with pytest.raises(ValueError, match="two kinds"):
        rules.kind("trial", "又一个", "再试一次")


@pytest.mark.parametrize("text", ["请回电 13800000000", "证件 33068319560308912X", "330683195603089121"])
def test_phones_and_id_numbers_are_seen(text):
    assert rules.looks_personal(text)


def test_numbers_of_cases_are_not_taken_for_phones():
    assert not rules.looks_personal("事项 261120-7KQ2M 轮到您办：待签收")


def test_addresses_are_masked():
    assert rules.masked("13800000001") == "138****0001"
    assert "zhangsan" not in rules.masked("zhangsan")
    assert rules.masked("abc") == "a****"


def test_both_secrets_sign_the_same_bytes():
    body = b'{"id":"1"}'
    header = signature(["new", "old"], 1_700_000_000, body)
    assert (
        header == f"t=1700000000,v1={sign('new', 1_700_000_000, body)},v1={sign('old', 1_700_000_000, body)}"
    )
    assert sign("new", 1_700_000_000, body) != sign("new", 1_700_000_001, body)
