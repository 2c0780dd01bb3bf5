"""The receipt: what became of it, whose turn it is, and what its holder may do: add a word, urge, answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.forms import HiddenInput
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.cases.events import CaseOpened, FileAttached, ReporterAnswered, StepTaken, Urged, WordAdded
from minqing.kernel import clock, limits
from minqing.kernel.access import ANONYMOUS, REPORTER
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import unkept
from minqing.portal.uploads import in_memory_only
from minqing.workflow.public import ClockFace, Colour

# What the last act did, told on the next page by a word in the address: a message in a session would need a session.
DID: Final = {
    "reported": ("已收到", "请保存回执：凭它查看办到哪一步，也凭它回答办好没有。"),
    "said": ("已补充", "您补充的话已经送到承办人那里。"),
    "urged": ("已催办", "承办人看得到您催了。明天还没有动静，可以再催。"),
    "answered": ("已记下", "谢谢您的回答，这件事到此了结。又有新情况，请扫门上的码再说一次。"),
    "stepped": ("已提交", "下面的经过里可以看到，接下来由谁办、到什么时候，也在这一页。"),
    "sent_back": ("已退回重办", "承办人会看到您说的，重新办理；办完后再请您确认。"),
}
_ICONS: Final = {
    CaseOpened.kind: "message",
    StepTaken.kind: "check",
    ReporterAnswered.kind: "message-2",
    WordAdded.kind: "message-circle-plus",
    Urged.kind: "bell",
    FileAttached.kind: "photo",
}
_YOURSELF: Final = {REPORTER.person_name, ANONYMOUS.person_name}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline as the reporter reads it."""

    at: datetime | None  # not of an anonymous hand: “39 分钟前” would be made up
    who: str
    role: str
    sentence: str
    icon: str


@page(public="whoever holds the code may follow")
@unkept
@require_safe
def receipt(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Show where it stands."""
    found = look_up(request, code)
    if found.code != code:
        return redirect("portal:receipt", found.code)
    values = {
        "receipt": found,
        "did": DID.get(request.GET.get("did", "")),
        "just_reported": request.GET.get("did") == "reported",
        "lines": _told(found),
        "clock_colour": _colour(found.clock),
        "legs": [(leg, _colour(leg.clock)) for leg in found.legs],
        "address": request.build_absolute_uri(reverse("portal:receipt", args=[found.code])),
        "words_url": reverse("portal:words", args=[found.code]),
        "urge_url": reverse("portal:urge", args=[found.code]),
    }
    return render(request, "portal/receipt.html", values)


@page(public="whoever holds the code may add a word")
@in_memory_only
@unkept
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Add a word or a photo."""
    found = look_up(request, code)
    form = cases.WordForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            at = clock.now()
            limits.spend(cases.REPLIES, request.META, at)
            given = form.cleaned_data
            try:
                cases.add_word(receipt_code=found.code, words=given["words"], photos=given["photos"], at=at)
            except Refused as refused:
                field = "photos" if refused.field == "photo" else refused.field
                form.add_error(field if field in form.fields else None, refused.message)
            else:
                return _back(found, "said")
    values = {
        "receipt": found,
        "receipt_url": reverse("portal:receipt", args=[found.code]),
        "form": form,
        "photos_lost": bool(request.FILES),
    }
    return render(request, "portal/words.html", values, status=status)


@page(public="whoever holds the code may urge")
@unkept
@require_POST
def urge(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Urge, once a day."""
    found = look_up(request, code)
    at = clock.now()
    limits.spend(cases.REPLIES, request.META, at)
    cases.urge(receipt_code=found.code, at=at)
    return _back(found, "urged")


@page(public="whoever holds the code is asked")
@unkept
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Ask the second question, or what is missing, and write the answers down."""
    found = look_up(request, code)
    is_post = request.method == "POST"
    given = request.POST if is_post else request.GET
    if given.get("done") not in ("yes", "no") or not (found.may_answer or is_post):
        return redirect("portal:receipt", found.code)
    form = cases.AnswerForm(given if is_post else None, initial={"done": given["done"]})
    form.fields["done"].widget = HiddenInput()
    done = given["done"] == "yes"
    form.fields["content"].required = done
    form.fields["content"].error_messages["required"] = "请选择满意不满意。"
    if not done:
        form.fields["words"].label = "还差什么没有办好？"
        form.fields["words"].required = True
        form.fields["words"].error_messages["required"] = "请写一句还差什么，承办人好接着办。"
    status = 200
    if is_post:
        status = 400
        if form.is_valid():
            try:
                return _answered(request, found, form)
            except Refused as refused:
                status = 409 if isinstance(refused, Conflict) else 400
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    values = {
        "receipt": found,
        "receipt_url": reverse("portal:receipt", args=[found.code]),
        "answer_url": reverse("portal:answer", args=[found.code]),
        "form": form,
        "done": done,
    }
    return render(request, "portal/answer.html", values, status=status)


def _answered(request: OfficialRequest, found: cases.Receipt, form: cases.AnswerForm) -> HttpResponseBase:
    at = clock.now()
    limits.spend(cases.REPLIES, request.META, at)
    given = form.cleaned_data
    done = given["done"] == "yes"
    content = given["content"] if done else ""
    cases.answer(receipt_code=found.code, done=done, content=content, words=given["words"], at=at)
    return _back(found, "answered" if done else "sent_back")


@page(public="whoever holds the code may see its photos")
@unkept
@require_safe
def photo(request: OfficialRequest, code: str, photo_id: UUID) -> HttpResponseBase:
    """Show one photo of the case."""
    limits.spend(cases.LOOK_UPS, request.META, clock.now())
    return FileResponse(cases.receipt_photo(code, photo_id).open("rb"), content_type="image/jpeg")


def look_up(request: OfficialRequest, code: str) -> cases.Receipt:
    """Return the receipt; many looks and, sooner, many wrong codes from one address are refused."""
    at = clock.now()
    limits.spend(cases.LOOK_UPS, request.META, at, unless=cases.MISSES)
    try:
        return cases.receipt(code, at=at)
    except NotThere:
        limits.spend(cases.MISSES, request.META, at)
        raise


def _back(found: cases.Receipt, did: str) -> HttpResponse:
    return redirect(f"{reverse('portal:receipt', args=[found.code])}?did={did}")


def _colour(face: ClockFace) -> str:
    return "none" if face.colour is Colour.GREY else face.colour.value


def _told(found: cases.Receipt) -> list[Told]:
    """Return the timeline for the reporter: “您” for their own hand, and an answer once, not also as a step."""
    lines = []
    for line in found.lines:
        own = line.who in _YOURSELF
        if own and line.kind == StepTaken.kind:
            continue
        who, role = ("您", "") if own else (line.who, line.role_label)
        at: datetime | None = line.at
        if own and found.is_anonymous:
            hour = clock.local(line.at)
            at, role = None, f"{hour.month}月{hour.day}日 {hour.hour} 时"
        lines.append(Told(at, who, role, line.sentence, _ICONS.get(line.kind, "point")))
    # An anonymous report and its photos are one transaction of one hour with random ids: it began with the report.
    return sorted(lines, key=lambda one: one.icon != _ICONS[CaseOpened.kind])
