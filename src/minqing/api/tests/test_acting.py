"""The whole life of a case by token: reported, read, handled step by step, answered; and all that is refused."""

from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from minqing.accounts.models import ApiToken, Appointment
from minqing.accounts.public import CASES_READ, CASES_REPORT, CASES_STEP, make_token, revoke_token
from minqing.accounts.tests.factories import AT, SmallCounty, everyone
from minqing.api.bearer import SAFE
from minqing.api.limits import TOKEN_CHANGES, TOKEN_MISSES
from minqing.api.tests.conftest import WORDS, Machine
from minqing.cases.models import Attachment, Case
from minqing.cases.models_interface import Submission
from minqing.journal.models import Entry
from minqing.kernel import clock, limits
from minqing.kernel.access import Role
from minqing.kernel.limits import forget_counts
from minqing.kernel.roles import AUDITOR, GRID_WORKER, HANDLER, REVIEWER, TOWN_DISPATCHER

pytestmark = pytest.mark.django_db
ALL = [CASES_READ, CASES_REPORT, CASES_STEP]


class Caller(Machine):
    """A program with a token."""

    def __init__(self, secret: str) -> None:
        super().__init__(Client(headers={"Authorization": f"Bearer {secret}"}))

    def step(self, case: str, step: str, leg: int, **values: Any) -> Any:
        return self.post(f"/cases/{case}/steps/{step}", {"leg": leg, "values": values})


def caller(here: SmallCounty, role: Role, *scopes: str) -> Caller:
    made = make_token(
        token_id=uuid.uuid4(), name="联调", scopes=scopes or ALL, days=30, by=here.actor(role), at=AT
    )
    return Caller(made[1])


def a_case(here: SmallCounty, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "words": WORDS,
        "area_code": here.grid.code,
        "topic": "roads.light",
    } | changes


def a_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def multipart(given: Any, *photos: bytes) -> dict[str, Any]:
    files = [SimpleUploadedFile(f"{n}.jpg", one, "image/jpeg") for n, one in enumerate(photos)]
    return {"given": json.dumps(given), "photos": files}


def test_a_case_from_the_report_to_the_answer(here):
    everyone(here)
    desk = caller(here, TOWN_DISPATCHER)
    made = desk.post("/cases/report", a_case(here, contact={"name": "裘大爷", "phone": "13800000000"}))
    assert made.status_code == 201, made.content
    case, receipt = made.json()["id"], made.json()["receipt_code"]
    file = desk.get(f"/cases/{case}").json()
    assert file["leg"] == 1
    assert file["steps"][0]["key"] == "sign"
    taken = desk.step(case, "sign", 1).json()
    assert taken["leg"] == 2
    assign = next(one for one in taken["steps"] if one["key"] == "assign")
    units = {one["label"]: one["key"] for need in assign["needs"] for one in need["choices"]}
    assert desk.step(case, "assign", 2, unit=units["谷来镇综合执法队"]).status_code == 200
    handler = caller(here, HANDLER)
    assert handler.get("/cases", todo="true").json()["items"][0]["id"] == case
    assert handler.step(case, "conclude", 3, result="已换新灯泡，亮了。").status_code == 200
    assert caller(here, REVIEWER).step(case, "approve", 4).status_code == 200
    answered = desk.post(f"/receipts/{receipt}/answer", {"done": True, "content": "content"})
    assert (answered.status_code, answered.json()["is_open"]) == (200, False)
    lines = desk.get(f"/cases/{case}").json()["timeline"]
    assert any("接口“联调”" in one["role"] for one in lines)
    assert Submission.objects.get(case_id=case).token.name == "联调"
    assert Entry.objects.filter(kind="journal.file_opened", subject_id=case).count() == 2


def test_the_same_report_is_one_case_and_other_words_are_a_conflict(here):
    desk = caller(here, TOWN_DISPATCHER)
    sent = a_case(here)
    first, second = (desk.post("/cases/report", sent) for _ in range(2))
    assert first.json() == second.json()
    assert desk.post("/cases/report", sent | {"words": "河边的护栏断了一截。"}).status_code == 409
    assert (Case.everything.count(), Submission.objects.count()) == (1, 1)


def test_the_same_step_again_is_one_and_another_step_of_an_old_leg_a_conflict(here):
    desk = caller(here, TOWN_DISPATCHER)
    case = desk.post("/cases/report", a_case(here)).json()["id"]
    first, again = desk.step(case, "sign", 1), desk.step(case, "sign", 1)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    late = desk.step(case, "assign", 1, unit=str(here.unit.id))
    assert late.status_code == 409
    assert "刚刚办过" in late.json()["message"]
    assert Case.everything.get().run.legs_count == 2


def test_photos_come_with_a_report_and_with_a_step(here):
    everyone(here)
    desk = caller(here, TOWN_DISPATCHER)
    made = desk.client.post("/api/v1/cases/report/with-photos", multipart(a_case(here), a_photo(), a_photo()))
    assert made.status_code == 201, made.content
    case = made.json()["id"]
    file = desk.get(f"/cases/{case}").json()
    assert file["photos"] == len(file["attachments"]) == 2
    picture = desk.get(f"/photos/{file['attachments'][0]['id']}")
    assert picture["Content-Type"] == "image/jpeg"
    assert b"".join(picture.streaming_content)[:2] == b"\xff\xd8"
    assert desk.get(f"/photos/{uuid.uuid4()}").status_code == 404
    desk.step(case, "sign", 1)
    desk.step(case, "assign", 2, unit=str(here.unit.id))
    url = f"/api/v1/cases/{case}/steps/conclude/with-photos"
    handler = caller(here, HANDLER)
    sent = multipart({"leg": 3, "values": {"result": "已换新灯泡，亮了。"}}, a_photo())
    assert handler.client.post(url, sent).status_code == 200
    assert Attachment.objects.filter(step="conclude").count() == 1
    sent = multipart({"leg": 4, "values": {}}, a_photo())
    refused = caller(here, REVIEWER).client.post(f"/api/v1/cases/{case}/steps/approve/with-photos", sent)
    assert (refused.status_code, refused.json()["field"]) == (422, "photos")


@pytest.mark.parametrize(
    ("step", "given", "status", "field"),
    [
        ("assign", {"leg": 2, "values": {}}, 422, "values.unit"),
        ("assign", {"leg": 2, "values": {"unit": "somewhere"}}, 422, "values.unit"),
        ("assign", {"leg": 2, "values": {"unit": ["a", "b"]}}, 422, "values.unit"),
        ("assign", {"leg": 2, "values": {"wishes": "x"}}, 422, "values.wishes"),
        ("assign", {"leg": 2, "values": {"unit": "", "advice": "长" * 2001}}, 422, "values.advice"),
        ("assign", {"leg": 0}, 422, "leg"),
        ("assign", {}, 422, "leg"),
        ("assign", {"leg": 2, "vals": {}}, 422, "vals"),
        ("approve", {"leg": 2}, 409, None),
        ("nothing", {"leg": 2}, 404, None),
    ],
)
def test_a_wrong_step_is_a_sentence_and_changes_nothing(here, step, given, status, field):
    desk = caller(here, TOWN_DISPATCHER)
    case = desk.post("/cases/report", a_case(here)).json()["id"]
    desk.step(case, "sign", 1)
    answered = desk.post(f"/cases/{case}/steps/{step}", given)
    assert (answered.status_code, answered.json()["field"]) == (status, field), answered.content
    assert answered.json()["message"].endswith(("。", "？"))
    assert Case.everything.get().run.legs_count == 2


def test_clocks_are_paused_and_extended_by_request(here):
    everyone(here)
    desk = caller(here, TOWN_DISPATCHER)
    case = desk.post("/cases/report", a_case(here)).json()["id"]
    asked = desk.post(
        f"/cases/{case}/acts", {"act": "pause", "until": "2026-11-25", "why": "等反映人补材料。"}
    )
    assert asked.status_code == 200, asked.content
    assert "申请" in asked.json()["said"]
    (request,) = desk.get(f"/cases/{case}").json()["requests"]
    assert "挂起" in request["words"]
    own = desk.post(f"/cases/{case}/acts", {"act": "decide", "request": request["id"], "granted": True})
    assert own.status_code == 403
    again = desk.post(f"/cases/{case}/acts", {"act": "pause", "until": "2026-11-25", "why": "再等等。"})
    assert again.status_code in (400, 409)


def test_cases_are_merged_and_parted_again(here):
    desk = caller(here, TOWN_DISPATCHER)
    first, second = (desk.post("/cases/report", a_case(here)).json()["id"] for _ in range(2))
    assert desk.post(f"/cases/{second}/acts", {"act": "merge", "into": first}).status_code == 200
    assert Case.everything.get(id=second).master_id == uuid.UUID(first)
    assert (
        desk.post(f"/cases/{second}/acts", {"act": "unmerge", "because": "不是一件事。"}).status_code == 200
    )
    assert Case.everything.get(id=second).master_id is None
    clerk = caller(here, GRID_WORKER)
    assert clerk.post(f"/cases/{second}/acts", {"act": "merge", "into": first}).status_code == 403


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({}, 422, None),
        ({"act": "dance"}, 422, None),
        ({"act": "pause"}, 422, "until"),
        ({"act": "pause", "until": "soon", "why": "等"}, 422, "until"),
        ({"act": "extend", "amount": 0, "why": "等"}, 422, "amount"),
        ({"act": "urge", "reason": "快点", "much": 1}, 422, "much"),
        ({"act": "urge", "reason": "请快一点。"}, 403, None),
        ({"act": "merge", "into": str(uuid.uuid4())}, 404, None),
        ({"act": "unmerge", "because": "没有并过。"}, 409, None),
        ({"act": "resume"}, 409, None),
    ],
)
def test_a_wrong_act_is_a_sentence(here, given, status, field):
    desk = caller(here, TOWN_DISPATCHER)
    case = desk.post("/cases/report", a_case(here)).json()["id"]
    answered = desk.post(f"/cases/{case}/acts", given)
    assert (answered.status_code, answered.json()["field"]) == (status, field), answered.content.decode()
    assert answered.json()["message"].endswith("。")


def test_scopes_and_places_narrow_what_a_token_may(here):
    everyone(here)
    desk = caller(here, TOWN_DISPATCHER)
    case = desk.post("/cases/report", a_case(here)).json()["id"]
    reads = caller(here, TOWN_DISPATCHER, CASES_READ)
    assert reads.get(f"/cases/{case}").status_code == 200
    assert reads.step(case, "sign", 1).status_code == 403
    assert "办理事项" in reads.step(case, "sign", 1).json()["message"]
    assert reads.post("/cases/report", a_case(here)).status_code == 403
    reports = caller(here, TOWN_DISPATCHER, CASES_REPORT)
    assert reports.get("/cases").status_code == 403
    assert desk.post("/cases/report", a_case(here, area_code=here.far_grid.code)).status_code == 403
    worker = caller(here, GRID_WORKER)
    assert worker.step(case, "sign", 1).status_code == 403
    auditor = caller(here, AUDITOR)
    assert auditor.get("/cases").status_code == 403
    assert Case.everything.count() == 1


def test_a_token_that_does_not_hold_is_401_and_then_429(here, client):
    held = Appointment.objects.get(person=here.actor(TOWN_DISPATCHER).person_id)
    gone = caller(here, TOWN_DISPATCHER)
    revoke_token(token_id=ApiToken.objects.get().id, by=here.actor(TOWN_DISPATCHER), at=AT)
    refused = gone.get("/cases")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert "撤销" in refused.json()["message"]
    # Whoever sits at the same browser with a session is not let in by it.
    gone.client.force_login(here.people["town_dispatcher"])
    assert gone.get("/cases").status_code == 401
    for _ in range(TOKEN_MISSES.times_max):
        gone.get("/cases")
    limited = gone.get("/cases")
    assert limited.status_code == 429
    assert int(limited["Retry-After"]) > 0
    forget_counts()
    held.ends_on = AT.date() - timedelta(days=1)
    held.save()
    ApiToken.objects.update(revoked_at=None)
    assert Caller("mq_none").get("/cases").status_code == 401
    assert gone.get("/cases").status_code == 401


def test_a_session_reads_and_never_changes(here, client):
    here.actor(TOWN_DISPATCHER)
    client.force_login(here.people["town_dispatcher"])
    machine = Machine(client)
    assert machine.get("/cases").status_code == 200
    assert machine.post("/cases/report", a_case(here)).status_code == 401
    assert machine.post(f"/cases/{uuid.uuid4()}/steps/sign", {"leg": 1}).status_code == 401


def test_a_token_opens_no_page(here):
    desk = caller(here, TOWN_DISPATCHER)
    for url in ("/desk/", "/desk/cases/", "/m/", "/security/", "/desk/tokens/"):
        assert desk.client.get(url).status_code == 302


def test_a_token_is_counted_by_itself(here):
    first, second = caller(here, TOWN_DISPATCHER), caller(here, TOWN_DISPATCHER)
    case = first.post("/cases/report", a_case(here)).json()["id"]
    for _ in range(TOKEN_CHANGES.times_max - 1):
        limits.spend_for(TOKEN_CHANGES, str(Submission.objects.get().token_id), clock.now())
    assert first.step(case, "sign", 1).status_code == 429
    assert first.get(f"/cases/{case}").status_code == 200
    assert second.step(case, "sign", 1).status_code == 200
    assert "GET" in SAFE


@pytest.mark.parametrize("sort", ["due", "newest", "urged"])
def test_pages_follow_one_another_by_cursor_and_miss_nothing(here, sort):
    desk = caller(here, TOWN_DISPATCHER)
    numbers = [desk.post("/cases/report", a_case(here)).json()["number"] for _ in range(7)]
    Case.everything.filter(number__in=numbers[:3]).update(urges=2)
    seen: list[str] = []
    cursor = ""
    while True:
        page = desk.get("/cases", sort=sort, limit=3, cursor=cursor).json()
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
        # What comes in between is not seen twice.
        if len(seen) == 3:
            desk.post("/cases/report", a_case(here))
    assert len(seen) == len(set(seen))
    assert set(numbers) <= set(seen)
    other = "newest" if sort != "newest" else "due"
    first = desk.get("/cases", sort=sort, limit=3).json()["next"]
    assert desk.get("/cases", sort=other, cursor=first).status_code == 400


def test_published_data_needs_no_token(here, client):
    machine = Machine(client)
    assert machine.get("/areas").json()[0]["level"] == "county"
    towns = machine.get("/areas", parent=here.county.code).json()
    assert {one["name"] for one in towns} == {"谷来镇", "石璜镇"}
    named = machine.get("/areas", text="举坑").json()
    assert here.village.code in {one["code"] for one in named}
    assert {one["parent_code"] for one in named} >= {here.town.code}
    assert machine.get("/areas", parent="none").status_code == 404
    units = machine.get("/units", area=here.grid.code).json()
    assert {one["name"] for one in units} >= {"谷来镇综合执法队", "举坑村村民委员会"}
    assert machine.get("/units").status_code == 422
    topics = machine.get("/topics").json()
    assert {"key": "roads.light", "label": "路灯照明", "group": "道路交通"} in topics
    hotline = next(one for one in machine.get("/procedures").json() if one["key"] == "hotline")
    assert hotline["states"][0]["is_start"]
    assert {one["key"] for one in hotline["steps"]} >= {"sign", "assign", "conclude"}
