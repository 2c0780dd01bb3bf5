"""The plain rules: terms of links, the ladder of judges, words that say something."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from minqing.diary.rules import HOUSEHOLD_WITHIN_DAYS
from minqing.disclosure import rules
from minqing.kernel.ids import uuid7

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ME, OTHER = uuid7(), uuid7()


def case(**changes: object) -> rules.CaseSeen:
    given = {
        "id": uuid7(), "number": "261120-ABCD", "closed_at": None, "in_own_area": True, "in_own_unit": False,
        "role_takes_part": False,
    } | changes  # fmt: skip
    return rules.CaseSeen(**given)  # type: ignore[arg-type]


def call(days: float, officer: UUID = ME, *, met: bool = True, role: str = "village_clerk") -> rules.Call:
    when = AT - timedelta(days=days)
    return rules.Call(uuid7(), officer, role, when, when, met)


def own(*calls: rules.Call, role: str = "village_clerk", in_own_area: bool = True) -> list[rules.Call]:
    return rules.visits_that_link(calls, ME, role, in_own_area=in_own_area, at=AT)


def test_the_round_is_the_diary_s() -> None:
    assert rules.ROUND_DAYS == HOUSEHOLD_WITHIN_DAYS == rules.VISIT_WITHIN.days


@pytest.mark.parametrize(
    ("role", "changes", "linked"),
    [
        ("grid_worker", {}, True),
        ("village_secretary", {}, True),
        ("town_dispatcher", {}, False),
        ("town_dispatcher", {"role_takes_part": True}, True),
        ("registrar", {"role_takes_part": True}, True),
        ("grid_worker", {"in_own_area": False, "role_takes_part": True}, False),
        ("handler", {"in_own_area": False, "in_own_unit": True}, True),
        ("handler", {"in_own_area": False}, False),
    ],
)
def test_a_case_links_whose_work_it_is(role: str, changes: dict[str, bool], linked: bool) -> None:
    assert bool(rules.case_link([case(**changes)], role, AT)) is linked


def test_a_closed_case_links_for_thirty_days_and_an_open_one_goes_before_it() -> None:
    old, new = AT - timedelta(days=30), AT - timedelta(days=30, seconds=1)
    link = rules.case_link([case(closed_at=old)], "grid_worker", AT)
    assert link is not None
    assert (link.kind, link.because) == ("closed_case", "事项 261120-ABCD，2026-10-21 办结")
    assert rules.case_link([case(closed_at=new)], "grid_worker", AT) is None
    both = rules.case_link([case(closed_at=old), case(number="261119-EFGH")], "grid_worker", AT)
    assert both is not None
    assert (both.kind, both.because) == ("case", "事项 261119-EFGH")


def test_one_s_own_visit_links_for_ninety_days() -> None:
    link = rules.visit_link(own(call(89), call(10, OTHER)))
    assert link is not None
    assert (link.kind, link.because) == ("visit", "2026-08-23 走访")
    assert own(call(91)) == own(call(1, OTHER)) == []
    assert rules.visit_link([]) is None


def test_a_visit_links_who_walks_there_and_met_somebody() -> None:
    assert own(call(1, met=False)) == []
    assert own(call(1, role="town_dispatcher"), role="town_dispatcher") == []
    # In another of one's appointments, or before one was moved to another village.
    assert own(call(1, role="grid_worker")) == []
    assert own(call(1), in_own_area=False) == []


def test_a_visit_under_a_broken_glass_does_not_make_its_half_hour_longer() -> None:
    def glass(verdict: str = "", ended: timedelta = timedelta(0)) -> rules.OwnGlass:
        begun = AT - timedelta(days=2)
        return rules.OwnGlass(begun, begun + (ended or rules.GLASS_LASTS), verdict)

    during, after, before = call(2 - 0.01), call(1), call(3)
    assert rules.visit_link([during, after], [glass()]) is None
    assert rules.visit_link([during, after], [glass("unjustified", timedelta(minutes=1))]) is None
    held = rules.visit_link([during, after], [glass("justified")])
    assert held is not None
    assert held.id == after.id
    assert rules.visit_link([during], [glass("justified")]) is None
    was_there = rules.visit_link([before, during], [glass()])
    assert was_there is not None
    assert was_there.id == before.id


def test_the_round_is_a_grid_worker_s_in_the_own_grid() -> None:
    link = rules.round_link(
        [call(10, OTHER), call(2, OTHER, met=False)], "grid_worker", in_own_area=True, at=AT
    )
    assert link is not None
    assert (link.purpose, link.because) == ("走访前查看", "2027-02-08 前走访")
    assert rules.round_link([], "grid_worker", in_own_area=False, at=AT) is None
    assert rules.round_link([], "village_secretary", in_own_area=True, at=AT) is None
    assert rules.due_words(None, date(2026, 11, 20)) == "本网格，还没有走访过"
    assert rules.due_words(AT - timedelta(days=120), date(2026, 11, 20)) == "已 120 天未走访"


def test_other_links_end_too() -> None:
    assert rules.kept_link(AT - timedelta(hours=24), AT)
    assert rules.kept_link(AT - timedelta(hours=25), AT) is None
    assert rules.kept_link(None, AT) is None
    assert rules.premises_link(keeps_files_here=False) is None
    assert rules.glass_link(ME, "safety", AT, AT) is None
    link = rules.glass_link(ME, "safety", AT + timedelta(seconds=1), AT)
    assert link is not None
    assert link.because == "排查安全隐患"


def post(role: str, depth: int, person: UUID = OTHER) -> rules.Post:
    return rules.Post(person, "某某", role, uuid7(), role, depth)


def test_a_vacant_post_climbs_and_nobody_judges_oneself() -> None:
    secretary, dispatcher = post("village_secretary", 2), post("town_dispatcher", 1)
    county, town = post("registrar", 0), post("registrar", 1)
    security, auditor = post("security_administrator", 0), post("auditor", 0)
    everybody = [auditor, county, secretary, security, town, dispatcher]

    def judges(posts: list[rules.Post], role: str, person: UUID = ME) -> tuple[rules.Post, ...]:
        return rules.supervisors(posts, role=role, person_id=person)

    assert judges(everybody, "grid_worker") == judges(everybody, "village_clerk") == (secretary,)
    assert judges(everybody, "village_secretary") == (town, dispatcher)
    assert judges(everybody, "town_dispatcher") == judges(everybody, "registrar") == (security,)
    assert judges([county, security], "grid_worker") == (county,)
    assert judges([security, auditor], "village_clerk") == (security,)
    assert judges([auditor], "town_dispatcher") == (auditor,)
    assert judges([], "grid_worker") == ()
    assert judges([post("village_secretary", 2, ME), security], "village_clerk") == (security,)


@pytest.mark.parametrize(
    ("words", "least", "fine"),
    [
        ("老人来电话说家里漏水，要核对门牌", 10, True),
        ("急用", 10, False),
        ("。。。。。。。。。。。。", 10, False),
        ("啊啊啊啊啊啊啊啊啊啊啊啊", 10, False),
        ("通知领药", 4, True),
        ("字" * 300 + "样张" * 200, 10, False),
    ],
)
def test_a_reason_says_something(words: str, least: int, fine: bool) -> None:
    assert (rules.why_not_words(words, least) is None) is fine


def test_callers_may_ask_for_more_numbers() -> None:
    assert rules.numbers_per_hour("village_clerk") == 20
    assert rules.numbers_per_hour("follow_up_caller") == 60
