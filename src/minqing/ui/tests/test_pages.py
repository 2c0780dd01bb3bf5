"""The pages of components open, the residents' page is light, the type size stays, the error pages help."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

PORTAL_BYTES_MAX = 60 * 1024
ERROR_PAGES = ("400", "403", "403_csrf", "404", "409", "413", "429", "500")


@pytest.mark.parametrize("address", ["/ui/", "/ui/phone/", "/ui/portal/"])
def test_a_page_of_components_opens(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert "</html>" in response.content.decode()


def test_a_residents_page_weighs_less_than_60_kb_compressed(client: Client) -> None:
    page = client.get("/ui/portal/").content
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode()))
    assert "parts/weui.css" in files
    assert not any("tabler" in name or "htmx" in name for name in files)
    weights = {"page": len(gzip.compress(page))}
    for name in files - {"ui/css/print.css"}:
        found = finders.find(name)
        assert isinstance(found, str), name
        weights[name] = len(gzip.compress(Path(found).read_bytes()))
    assert sum(weights.values()) < PORTAL_BYTES_MAX, weights


def test_large_type_stays_on_until_it_is_turned_off(client: Client) -> None:
    answer = client.post("/ui/type/", {"type": "large", "next": "/ui/portal/?a=1"})
    assert answer.status_code == 302
    assert answer["Location"] == "/ui/portal/?a=1"
    assert '<html lang="zh-Hans" data-type="large">' in client.get("/ui/portal/").content.decode()
    client.post("/ui/type/", {"type": "plain", "next": "/ui/"})
    assert "data-type" not in client.get("/ui/portal/").content.decode()


def test_the_type_switch_leads_to_no_foreign_site(client: Client) -> None:
    for foreign in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        assert client.post("/ui/type/", {"type": "large", "next": foreign})["Location"] == "/"


def test_the_type_switch_is_a_post(client: Client) -> None:
    assert client.get("/ui/type/").status_code == 405


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_needs_nothing_but_itself(name: str) -> None:
    drawn = render_to_string(f"{name}.html")
    assert "<h1" in drawn
    assert "。" in drawn
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>|Cookie", "", drawn)), (
        "an English word on the screen"
    )


def test_a_refusal_is_shown_in_its_own_words() -> None:
    request = RequestFactory().get("/x")
    for name in ("400", "403", "404", "409", "429"):
        drawn = render_to_string(f"{name}.html", {"message": "只有承办人可以办结。<b>"}, request)
        assert "只有承办人可以办结。&lt;b&gt;" in drawn


def test_htmx_keeps_no_page_in_the_browsers_storage(client: Client) -> None:
    page = client.get("/ui/").content.decode()
    for wanted in ('"historyCacheSize":0', '"allowEval":false', '"includeIndicatorStyles":false'):
        assert wanted in page
