"""核验: that a report stands in the sealed journal, provable by anybody; and the signed roots that anybody may keep."""

from __future__ import annotations

import json
from typing import Final

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from minqing.cases import public as cases
from minqing.cases.events import CaseOpened
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import unkept
from minqing.portal.pages.receipts import look_up

ROOTS_SHOWN: Final = 30
ROOTS_IN_FILE: Final = 1440  # a day of them, if every minute had one
WAITS: Final = "这条记录还没有封存，每分钟封存一次，请过一会儿再来。"
WAITS_FOR_THE_HOUR: Final = (
    "匿名反映的事到整点才一起封存，免得封存的时刻说出您是几点几分来的。请过了整点再来。"
)


@page(public="whoever holds the code may check its entry")
@unkept
@require_safe
def proof(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Show the proof for people."""
    found = look_up(request, code)
    if found.code != code:
        return redirect("portal:proof", found.code)
    made = _proof(found)
    values = {
        "receipt": found,
        "receipt_url": reverse("portal:receipt", args=[found.code]),
        "file_url": reverse("portal:proof_file", args=[found.code]),
        "roots_url": reverse("portal:roots"),
        "proof": made,
        "holds": made is not None and made.leads_to_root and made.root.is_signed(journal.public_keys()),
        "when": _when(found, made),
        "waits": WAITS_FOR_THE_HOUR if found.is_anonymous else WAITS,
    }
    return render(request, "portal/proof.html", values)


@page(public="whoever holds the code may take the proof along")
@unkept
@require_safe
def proof_file(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Hand out the proof as a file that a program can check."""
    found = look_up(request, code)
    made = _proof(found)
    if made is None:
        raise NotThere(WAITS_FOR_THE_HOUR if found.is_anonymous else WAITS)
    answer = JsonResponse(made.line(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="proof-{made.position + 1}.json"'
    return answer


@page(public="signed roots are there for anybody to keep")
@unkept
@require_safe
def roots(request: OfficialRequest) -> HttpResponseBase:
    """Show the newest signed roots and the public key."""
    values = {
        "roots": [journal.root_of_seal(one) for one in journal.recent_seals(ROOTS_SHOWN)],
        "keys": [journal.write_public_key(*one) for one in sorted(journal.public_keys().items())],
        "file_url": reverse("portal:roots_file"),
    }
    return render(request, "portal/roots.html", values)


@page(public="signed roots are there for anybody to keep")
@unkept
@require_safe
def roots_file(request: OfficialRequest) -> HttpResponseBase:
    """Hand out the roots of the last day as lines of JSON, oldest first, as they are published."""
    newest = journal.recent_seals(ROOTS_IN_FILE)
    lines = [json.dumps(journal.root_of_seal(one).line(), ensure_ascii=False) for one in reversed(newest)]
    answer = HttpResponse("".join(f"{line}\n" for line in lines), content_type="application/x-ndjson")
    answer["Content-Disposition"] = 'attachment; filename="roots.jsonl"'
    return answer


def _proof(found: cases.Receipt) -> journal.Proof | None:
    opened = next((line for line in found.lines if line.kind == CaseOpened.kind), None)
    return journal.prove(opened.entry_id) if opened is not None else None


def _when(found: cases.Receipt, made: journal.Proof | None) -> str:
    """Return when it was written down; of an anonymous report only the hour is known."""
    if made is None:
        return ""
    at = clock.local(made.at)
    if found.is_anonymous:
        return f"{at.year}年{at.month}月{at.day}日 {at.hour} 时"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}"
