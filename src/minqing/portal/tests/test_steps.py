"""What the holder of a receipt may do beside answering: the steps that a procedure gives to the reporter."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minqing.accounts.tests.factories import AT
from minqing.cases import public as cases
from minqing.cases.models import Case
from minqing.kernel.roles import HANDLER, PETITION_OFFICER

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition(here: Any) -> Case:
    """A petition that has been answered."""
    officer, handler = here.actor(PETITION_OFFICER), here.actor(HANDLER)
    report = cases.Report(
        id=cases.new_report_id(), source="petition", area_id=here.grid.id, words="征地补偿的面积少算了两分。",
        contact=cases.ContactInput("裘大爷", "13800000000"),
    )  # fmt: skip
    case = cases.open_case(report, by=officer, at=AT)
    for step, by, values in (
        ("accept", officer, {"unit": str(here.unit.id)}),
        ("report", handler, {"result": "重新量过了。"}),
        ("answer", officer, {"written_opinion": "按原面积补偿。"}),
    ):
        cases.take_step(case_id=case.id, step=step, given=cases.StepInput(values), by=by, at=AT)
    return Case.everything.get(id=case.id)


def test_the_receipt_offers_the_steps_and_takes_one(client: Client, petition: Case) -> None:
    at = f"/r/{petition.receipt_code}/"
    page = client.get(at).content.decode()
    assert "您可以做的" in page
    assert "申请复查" in page
    assert "息诉息访" in page
    assert "申请复核" not in page
    assert "就按现在的结果办结" in page
    assert "办完后请您回答" not in page, "nobody asks the two questions of a petition"
    form = client.get(f"{at}steps/ask_review/").context["form"]
    sent = {"ask_review-leg": form.initial["leg"], "ask_review-reason": "还是少了一分，请再量。"}
    assert client.post(f"{at}steps/ask_review/", {**sent, "ask_review-reason": " "}).status_code == 400
    assert client.post(f"{at}steps/ask_review/", sent)["Location"] == f"{at}?did=stepped"
    assert client.post(f"{at}steps/ask_review/", sent).status_code == 302, "a slow phone sends it twice"
    petition.run.refresh_from_db()
    assert (petition.run.state, petition.run.legs_count) == ("reviewing", 5)
    late = {**sent, "ask_review-reason": "另一句话。"}
    refused = client.post(f"{at}steps/ask_review/", late)
    assert refused.status_code == 409
    assert "另一句话" in refused.content.decode(), "what was typed stays"
    assert "您可以做的" not in client.get(at).content.decode()


def test_what_is_not_the_reporters_leads_back(client: Client, petition: Case) -> None:
    at = f"/r/{petition.receipt_code}/"
    for step in ("review", "confirm", "nonsense", "ask_recheck"):
        assert client.get(f"{at}steps/{step}/")["Location"] == at
    assert client.post(f"{at}steps/review/", {"review-review_opinion": "好"}).status_code == 302
    assert client.get("/r/AAAAAAAAAA/steps/ask_review/").status_code == 404
    petition.run.refresh_from_db()
    assert petition.run.state == "answered"
