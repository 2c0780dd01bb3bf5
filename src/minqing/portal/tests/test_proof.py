"""The page on which a receipt proves its own entry, its file, and the roots that anybody may keep."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from minqing.cases.models import Case
from minqing.journal.models import Leaf
from minqing.journal.public import Root, check_proof, public_keys
from minqing.journal.tests.conftest import roots  # noqa: F401 - the folder that pytest throws away
from minqing.journal.tests.sealed import seal_all
from minqing.kernel import clock
from minqing.portal.tests.conftest import NOW, WORDS, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roots")]
HOUR = timedelta(hours=1)


def test_a_receipt_proves_its_own_entry(client: Client, door) -> None:
    code = report(client, door, anonymous="no", name="裘大爷", phone="13800000000")
    assert f'href="/r/{code}/proof/"' in client.get(f"/r/{code}/").content.decode()
    before = client.get(f"/r/{code}/proof/").content.decode()
    assert "还没有封存" in before
    assert "每分钟封存一次" in before
    assert client.get(f"/r/{code}/proof.json").status_code == 404
    seal_all(NOW + timedelta(minutes=1))
    page = client.get(f"/r/{code.lower()}/proof/", follow=True).content.decode()
    assert "记录在册，没有被改动过" in page
    assert f"第 {Leaf.objects.count()} 条" in page
    answer = client.get(f"/r/{code}/proof.json")
    assert "attachment" in answer["Content-Disposition"]
    assert check_proof(json.loads(answer.content), keys=public_keys())[0]
    for text in (page, answer.content.decode()):
        for personal in (WORDS, "裘大爷", "13800000000", str(Case.everything.get().id)):
            assert personal not in text


def test_of_an_anonymous_report_nothing_is_said_but_the_hour(client: Client, door) -> None:
    code = report(client, door)
    seal_all(NOW + timedelta(minutes=1))
    waits = client.get(f"/r/{code}/proof/").content.decode()
    assert "到整点才一起封存" in waits
    with clock.fixed(NOW + HOUR):
        seal_all(NOW + HOUR)
        page = client.get(f"/r/{code}/proof/").content.decode()
        assert "2026年11月20日 10 时" in page
        assert "10:37" not in page
        proof = json.loads(client.get(f"/r/{code}/proof.json").content)
    assert (
        json.loads(proof["entry"])[1]
        == int(NOW.replace(minute=0, second=0, microsecond=0).timestamp()) * 10**6
    )
    assert check_proof(proof, keys=public_keys())[0]


def test_a_changed_entry_does_not_pass(client: Client, door, monkeypatch: pytest.MonkeyPatch) -> None:
    code = report(client, door, anonymous="no", phone="13800000000")
    seal_all(NOW + timedelta(minutes=1))
    monkeypatch.setattr("minqing.journal.proofs.REST", "'something else'")
    page = client.get(f"/r/{code}/proof/").content.decode()
    assert "核对没有通过" in page
    assert not check_proof(json.loads(client.get(f"/r/{code}/proof.json").content), keys=public_keys())[0]


def test_roots_are_public(client: Client, door, roots: Path) -> None:  # noqa: F811
    assert "还没有封存过" in client.get("/journal/roots/").content.decode()
    report(client, door, anonymous="no", phone="13800000000")
    seal_all(NOW + timedelta(minutes=1))
    seal_all(NOW + HOUR)
    page = client.get("/journal/roots/").content.decode()
    lines = client.get("/journal/roots.jsonl").content.decode()
    assert lines == (roots / "2026-11.jsonl").read_text()
    for line in lines.splitlines():
        root = Root.of_line(json.loads(line))
        assert root.is_signed(public_keys())
        assert root.root.hex() in page


def test_a_wrong_code_proves_nothing(client: Client, here) -> None:
    assert client.get("/r/AAAAAAAAAA/proof/").status_code == 404
    assert client.get("/r/AAAAAAAAAA/proof.json").status_code == 404
