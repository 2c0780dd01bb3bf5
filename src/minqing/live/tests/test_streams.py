"""Who is told what, and when: by rights as they are at that moment, in whatever order things are committed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from minqing.accounts import public as accounts
from minqing.accounts.models import Appointment, Session
from minqing.accounts.session_store import TOUCH_AFTER
from minqing.accounts.tests.factories import AT, SmallCounty, everyone
from minqing.cases import public as cases
from minqing.desk.tests.county import telephoned
from minqing.kernel import clock
from minqing.kernel.roles import (
    HANDLER,
    PETITION_OFFICER,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.live import news
from minqing.live.tests.listening import HOST, Running, apart, running, session_of, until
from minqing.workflow import public as workflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bell")]


def story(tell: Callable[[Running], Any]) -> None:
    """Run a story with the live process in it."""

    async def told() -> None:
        async with running() as here:
            await tell(here)

    apart(told)


def sign(case: cases.Case, by: Any) -> None:
    cases.take_step(case_id=case.id, step="sign", given=cases.StepInput({}), by=by, at=AT)


def test_whoever_may_see_a_case_is_told_and_nobody_else(county: SmallCounty) -> None:
    dispatcher = county.actor(TOWN_DISPATCHER)
    sessions = {
        "town": session_of(dispatcher),
        "village": session_of(county.actor(VILLAGE_CLERK)),
        "next door": session_of(county.actor(VILLAGE_CLERK, area=county.neighbour)),
        "other town": session_of(county.actor(TOWN_DISPATCHER, area=county.other_town)),
        "unit": session_of(county.actor(HANDLER)),
    }
    case = telephoned(county.grid)

    async def tell(here: Running) -> None:
        windows = {name: await here.window(key) for name, key in sessions.items()}
        assert all(one.status == 200 for one in windows.values())
        await here.done(lambda: sign(case, dispatcher))
        await until(lambda: bool(windows["town"].cases() and windows["village"].cases()))
        assert windows["town"].cases() == windows["village"].cases() == {str(case.id)}
        await asyncio.sleep(0.2)
        for name in ("next door", "other town", "unit"):
            assert windows[name].cases() == set(), name
        # Nothing but ids goes out.
        said = [said for kind, said in windows["town"].told if kind == "cases"]
        assert said == [{"ids": [str(case.id)]}]

    story(tell)


def test_a_sealed_case_is_announced_to_those_who_work_on_it(county: SmallCounty) -> None:
    officer = county.actor(PETITION_OFFICER)
    sessions = [session_of(one) for one in (officer, county.actor(TOWN_DISPATCHER))]

    def register() -> cases.Case:
        report = cases.Report(
            id=cases.new_report_id(), source=cases.PETITION, area_id=county.village.id,
            words="对征地补偿的算法有意见，请求重新核算。", contact=cases.ContactInput("裘大爷", "13800000000"),
            procedure="petition",
        )  # fmt: skip
        return cases.open_case(report, by=officer, at=AT)

    async def tell(here: Running) -> None:
        its, others = [await here.window(key) for key in sessions]
        case = await here.done(register)
        await until(lambda: its.cases() == {str(case.id)})
        await asyncio.sleep(0.2)
        assert others.cases() == set()
        refused = await here.window(sessions[1], case=str(case.id))
        assert refused.status == 404

    story(tell)


def test_whom_it_may_concern_is_never_narrower_than_who_may_see_it(county: SmallCounty) -> None:
    actors = everyone(county)
    found = [telephoned(area) for area in (county.grid, county.neighbour_grid, county.far_grid)]
    for unit, case in zip((county.unit, county.far_unit), found[1:], strict=True):
        cases.Case.everything.filter(id=case.id).update(unit=unit)
    cases.Case.everything.filter(id=found[0].id).update(
        source=cases.PETITION, assisting=[county.unit.id, county.county_unit.id]
    )
    secretary = actors["town_secretary"]
    workflow.Run.everything.filter(id=found[2].run_id).update(sponsor_id=secretary.person_id)
    cases.Case.everything.filter(id=found[2].id).update(source=cases.PETITION)
    ids = [one.id for one in found]
    reach = cases.reaches(ids)
    seen_by_any: set[UUID] = set()
    for actor in (*actors.values(), county.actor(HANDLER, unit=county.far_unit, area=county.other_town)):
        seen = cases.seen_of(ids, actor)
        seen_by_any |= seen
        assert seen <= {one for one in ids if reach[one].may_concern(actor)}, actor.hand.appointment_label
    assert seen_by_any == set(ids)


def test_a_late_commit_is_not_missed_and_holds_nobody_up(county: SmallCounty) -> None:
    dispatcher = county.actor(TOWN_DISPATCHER)
    key = session_of(dispatcher)
    late, quick = telephoned(county.grid), telephoned(county.second_grid)
    written, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            sign(late, dispatcher)
            written.set()
            assert may_commit.wait(10)

    async def tell(here: Running) -> None:
        window = await here.window(key)
        slow = asyncio.create_task(asyncio.to_thread(in_own_connection, slowly))
        await asyncio.to_thread(written.wait, 10)
        await here.done(lambda: sign(quick, dispatcher))
        await until(lambda: window.cases() == {str(quick.id)})
        may_commit.set()
        await slow
        await until(lambda: window.cases() == {str(quick.id), str(late.id)})

    story(tell)


def in_own_connection(act: Callable[[], None]) -> None:
    try:
        act()
    finally:
        connections.close_all()


def test_rights_that_end_end_the_stream(county: SmallCounty) -> None:
    clerk, dispatcher = county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
    keys = session_of(clerk), session_of(dispatcher)
    case = telephoned(county.grid)

    async def tell(here: Running) -> None:
        of_clerk, of_dispatcher = [await here.window(key) for key in keys]
        [held] = Appointment.objects.filter(person_id=clerk.person_id)
        await here.done(lambda: Appointment.objects.filter(id=held.id).update(ends_on="2026-11-01"))
        # Something happens before anybody looked: the message is not sent any more.
        await here.done(lambda: sign(case, dispatcher))
        await until(lambda: of_dispatcher.cases() == {str(case.id)})
        await until(lambda: not of_clerk.is_open)
        assert (of_clerk.cases(), of_clerk.end()) == (set(), "over")
        # Nothing happens: found by the look that comes by itself.
        await here.done(lambda: accounts.end_sessions(dispatcher.person_id))
        await here.live.news.look_at_rights()
        await until(lambda: not of_dispatcher.is_open)
        assert of_dispatcher.end() == "over"
        assert (await here.window(keys[0])).status == 401

    story(tell)


def test_a_stream_and_what_a_page_asks_by_itself_keep_nobody_signed_in(county: SmallCounty) -> None:
    actor = county.actor(TOWN_DISPATCHER)
    key = session_of(actor)
    long_ago = clock.machine() - 2 * TOUCH_AFTER
    Session.objects.update(seen_at=long_ago)

    async def tell(here: Running) -> None:
        await here.window(key)
        await here.live.news.look_at_rights()

    story(tell)
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key
    for url in (reverse("desk:queue_changes"), reverse("desk:case_now", args=[telephoned(county.grid).id])):
        assert client.get(url, headers={accounts.BY_ITSELF: "1"}).status_code == 200
    assert Session.objects.get().seen_at == long_ago
    assert client.get(reverse("desk:queue")).status_code == 200
    assert Session.objects.get().seen_at > long_ago


def test_foreign_pages_and_strangers_get_no_stream(county: SmallCounty) -> None:
    key = session_of(county.actor(TOWN_DISPATCHER))
    own_case, far_case = telephoned(county.grid), telephoned(county.far_grid)

    async def tell(here: Running) -> None:
        assert (await here.window("")).status == 401
        assert (await here.window("no such key")).status == 401
        assert (await here.window(key, origin="http://elsewhere.example")).status == 403
        assert (await here.window(key, origin=f"http://{HOST}:9999")).status == 403
        own = await here.window(key, origin=f"http://{HOST}:8000")
        assert own.headers["access-control-allow-origin"] == f"http://{HOST}:8000"
        assert own.headers["access-control-allow-credentials"] == "true"
        assert "no-store" in own.headers["cache-control"]
        assert (await here.window(key, origin=f"http://{HOST}")).status == 200
        assert (await here.window(key, case="nonsense")).status == 404
        assert (await here.window(key, case=str(far_case.id))).status == 404
        assert (await here.window(key, case=str(own_case.id))).status == 200

    story(tell)


def test_colleagues_see_who_has_a_case_in_hand(county: SmallCounty) -> None:
    clerk, dispatcher = county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
    keys = session_of(clerk), session_of(dispatcher)
    case = str(telephoned(county.grid).id)

    async def tell(here: Running) -> None:
        looks = await here.window(keys[0], case=case)
        assert looks.present() == []
        does = await here.window(keys[1], case=case, doing="1")
        name = f"{dispatcher.person_name}（{dispatcher.hand.appointment_label}）"
        await until(lambda: looks.present() == [name])
        assert does.present() == []
        await does.close()
        await until(lambda: looks.present() == [])
        assert len(here.live.crowd) == 1

    story(tell)


def test_who_comes_back_is_told_what_came_meanwhile(county: SmallCounty) -> None:
    dispatcher = county.actor(TOWN_DISPATCHER)
    key = session_of(dispatcher)
    first, second = telephoned(county.grid), telephoned(county.second_grid)

    async def tell(here: Running) -> None:
        window = await here.window(key)
        await here.done(lambda: sign(first, dispatcher))
        await until(lambda: window.cases() == {str(first.id)})
        await window.close()
        await here.done(lambda: sign(second, dispatcher))
        await asyncio.sleep(0.6)
        back = await here.window(key, last=window.place)
        await until(lambda: str(second.id) in back.cases())
        lost = await here.window(key, last="of another run-7")
        await until(lambda: ("missed", {}) in lost.told)
        # A page that was made a while before its stream began.
        older = await here.window(key, age="0.8")
        await until(lambda: str(second.id) in older.cases())

    story(tell)


def test_nothing_tells_the_minute_of_a_nameless_word(county: SmallCounty) -> None:
    key = session_of(county.actor(TOWN_DISPATCHER))

    async def tell(here: Running) -> None:
        window = await here.window(key)
        case = await here.done(lambda: telephoned(county.grid, contact=None, is_anonymous=True))
        named = await here.done(lambda: telephoned(county.grid))
        await until(lambda: window.cases() == {str(named.id)})
        assert here.live.news._until_the_hour == {case.id}

    story(tell)


def test_without_a_ring_it_looks_from_time_to_time(
    county: SmallCounty, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOORBELL = False
    monkeypatch.setattr(news, "LOOK_EVERY_SECONDS", 0.3)
    dispatcher = county.actor(TOWN_DISPATCHER)
    key, case = session_of(dispatcher), telephoned(county.grid)

    async def tell(here: Running) -> None:
        window = await here.window(key)
        await here.done(lambda: sign(case, dispatcher))
        await until(lambda: window.cases() == {str(case.id)})

    story(tell)


def test_a_colour_that_turns_by_itself_is_told_at_its_moment(county: SmallCounty) -> None:
    dispatcher = county.actor(TOWN_DISPATCHER)
    key, case = session_of(dispatcher), telephoned(county.grid)
    run = cases.require_case(case.id, dispatcher).run
    yellow, due = run.yellow_at, run.next_due_at
    assert yellow is not None
    assert due is not None
    assert workflow.turning("case", yellow - news.AHEAD, yellow) == [(yellow, case.id)]
    assert workflow.turning("case", yellow, yellow + news.AHEAD) == []
    assert workflow.turning("case", yellow, due) == [(due, case.id)]

    async def tell(here: Running) -> None:
        window = await here.window(key)
        assert window.cases() == set()
        await until(lambda: window.cases() == {str(case.id)})

    with running_on_from(yellow - timedelta(seconds=1)):
        story(tell)


@contextmanager
def running_on_from(moment: datetime) -> Iterator[None]:
    """Let the clock, which stands still in these tests, run from a moment."""
    before, clock._fixed = clock._fixed, None
    try:
        with clock.shifted(moment - clock.now()):
            yield
    finally:
        clock._fixed = before
