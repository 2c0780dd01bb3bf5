"""Who opens what: the main pages of the demonstration county, each by somebody whose daily page it is."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from collections.abc import Iterable
from http.cookiejar import CookieJar
from typing import Final

from django.urls import reverse

from bench.load import Target
from minqing.accounts.public import AppointedActor, Person, actor_of
from minqing.cases.public import Case
from minqing.config.failures import CannotRun
from minqing.kernel import clock
from minqing.registry.public import Household, Resident
from minqing.seed.public import PASSWORD

PAGES: Final = ("desk-home", "queue", "case", "dossier", "phone-today", "receipt")
# So many different cases, files and receipts of each page, so that no page is measured on one lucky row.
_EACH: Final = 12
_HEADERS: Final = {"Host": "localhost", "X-Forwarded-For": "10.255.255.2"}


def targets(port: int) -> dict[str, list[Target]]:
    """Sign in everybody over HTTP and return each page's targets."""
    town, hotline, grid, clerk = (_Visitor(name, port) for name in ("diaodu", "rexian", "wangge", "shouli"))
    cases = list(Case.objects.visible_to(town.actor).order_by("?")[:_EACH])
    receipts = Case.objects.unscoped("a benchmark follows anybody's receipt").order_by("?")[:_EACH]
    residents = Resident.objects.visible_to(clerk.actor).current().order_by("?")[: _EACH // 2]
    households = Household.objects.visible_to(clerk.actor).current().order_by("?")[: _EACH // 2]
    files = [("resident", one.id) for one in residents] + [("household", one.id) for one in households]
    found: dict[str, Iterable[Target]] = {
        "desk-home": [town.opens("desk-home", reverse("desk:home"))],
        # The county's dispatcher sees every case there is: the heaviest queue, in each of its orders and on a far page.
        "queue": [
            hotline.opens("queue", f"{reverse('desk:queue')}?{query}")
            for query in (
                "view=todo",
                "view=all",
                "view=all&sort=newest",
                "view=all&page=3",
                "view=all&colour=red",
            )
        ],
        "case": [town.opens("case", reverse("desk:case", args=[one.id])) for one in cases],
        "dossier": [clerk.opens("dossier", reverse("desk:dossier", args=[*one])) for one in files],
        "phone-today": [grid.opens("phone-today", reverse("mobile:today"))],
        "receipt": [
            Target("receipt", reverse("portal:receipt", args=[one.receipt_code])) for one in receipts
        ],
    }
    return {page: list(found[page]) for page in PAGES}


def in_turn(by_page: dict[str, list[Target]]) -> list[Target]:
    """Return targets page by page in turn, each page going round its own."""
    longest = max(len(one) for one in by_page.values())
    return [one[number % len(one)] for number in range(longest) for one in by_page.values()]


class _Visitor:
    """A demonstration account, signed in."""

    def __init__(self, username: str, port: int) -> None:
        self.actor: AppointedActor = actor_of(Person.objects.get(username=username), clock.today())
        self._cookie = _sign_in(username, f"http://127.0.0.1:{port}{reverse('accounts:sign_in')}")

    def opens(self, page: str, path: str) -> Target:
        return Target(page, path, self._cookie)


def _sign_in(username: str, address: str) -> str:
    """Sign in as a browser does and return the cookie."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(urllib.request.Request(address)) as form:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.read().decode())
    fields = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
    opener.open(address, urllib.parse.urlencode(fields).encode()).close()
    cookies = {one.name: one.value for one in jar}
    if "sessionid" not in cookies:
        raise CannotRun(f"演示账号 {username} 登录不了，请先让它能登录再测。")
    return f"sessionid={cookies['sessionid']}"
