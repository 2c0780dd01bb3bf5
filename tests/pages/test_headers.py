"""The headers of every page: a strict policy, no frames, no guessing, no keeping of personal pages."""

from __future__ import annotations

from typing import Final

import pytest
from django.conf import settings

from tests.asking import Answer, ask
from tests.canary import Planted
from tests.fillings import Place, places
from tests.strangers import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

POLICY: Final = {
    "default-src": {"'self'"},
    "connect-src": {"'self'"},  # and where streams come from; in tests there are none
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:", "blob:"},
    "font-src": {"'self'", "data:"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
    "form-action": {"'self'"},
}
# Nothing of anybody: these may be kept by whoever likes.
KEEPABLE: Final = {
    "healthz", "portal:home", "ui:gallery", "ui:gallery_phone", "ui:gallery_portal", "ui:type", "api:operations",
    "api:openapi", "desk:import_template", "accounts:sign_in",
    # A resident's unsent words survive going back and forth; the page itself holds nothing else.
    "portal:door",
}  # fmt: skip


def wrong_headers(place: Place, answer: Answer) -> list[str]:
    """Return which headers of a page are wrong; asked of every page that is read for its words (test_words.py)."""
    if answer.response is None:
        return [f"{place.address.name}: {answer.error}"]
    got = answer.response
    policy = {
        words.split()[0]: set(words.split()[1:])
        for words in got.get("Content-Security-Policy", "").split("; ")
        if words
    }
    checks = {
        "policy": policy == POLICY,
        "nosniff": got.get("X-Content-Type-Options") == "nosniff",
        "frames": got.get("X-Frame-Options") == "DENY",
        "referrer": got.get("Referrer-Policy") == "same-origin",
        "opener": got.get("Cross-Origin-Opener-Policy") == "same-origin",
        "not kept": answer.status != 200
        or place.address.name in KEEPABLE
        or "no-store" in got.get("Cache-Control", ""),
        "language": "<html" not in answer.text or '<html lang="zh-Hans' in answer.text,
    }
    return [f"{place.address.name} ({answer.status}): {name}" for name, holds in checks.items() if not holds]


def test_cookies_are_for_the_server_alone(planted: Planted) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.CSRF_COOKIE_HTTPONLY
    client = client_of(None)
    for url in ("/", f"/d/{planted.codes[0]}/", f"/r/{planted.cases['anonymous'].receipt_code}/"):
        answer = ask(client, "get", url)
        assert answer.response is not None
        assert set(answer.response.cookies) <= {"csrftoken"}, f"{url} sets {list(answer.response.cookies)}"


def test_every_changing_request_needs_the_form_s_token(planted: Planted) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(planted.here.people["village_clerk"])
    passed = []
    for place in places(planted, each_max=1):
        if place.address.name.startswith("api:") or place.address.name == "open311:missing":
            continue  # machines send JSON, which no foreign page's form can; where there is nothing, nothing changes
        answer = ask(client, "post", place.url, {"words": "路灯坏了"})
        if answer.status not in (403, 405):
            passed.append(f"{place.address.name}: {answer.status}")
    assert not passed, "\n".join(passed)
