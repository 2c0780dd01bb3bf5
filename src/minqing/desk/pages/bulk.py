"""批量办理: tick, choose, look at what would come of each, then do it; a report at the end.

What was ticked and chosen is sent by a form, waits sealed in the session, and is shown at an address of its own: a page
that answers a form cannot be gone back to.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.pages.queue import kept_filters
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.sealed import Unreadable, seal, unseal
from minqing.kernel.text import CleanTextField
from minqing.ui.fields import BigChoices

ADVICE_MAX: Final = 500
LEG_DIGITS: Final = 5
_KEPT: Final = "bulk"  # in the session
_KEPT_MAX: Final = 4  # choosing and looking, and as many of the time before
_PLACE: Final = "session.bulk"
_ASKED: Final = ("action", "unit", "person", "advice")


class BulkForm(forms.Form):
    """What to do with the ticked cases; only what at least one of them allows is offered."""

    action = forms.ChoiceField(
        label="做什么", widget=BigChoices, error_messages={"required": "请选择要做什么。"}
    )
    unit = forms.ChoiceField(label="交给哪个单位", required=False)
    person = forms.ChoiceField(label="交给谁", required=False)
    advice = CleanTextField(
        label="交办意见", required=False, max_length=ADVICE_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, data: QueryDict | None, *, choices: cases.BulkChoices, units: list[accounts.Unit]
    ) -> None:
        super().__init__(data)
        actions = [(f"{cases.BULK_STEP}{label}", label) for label in choices.steps]
        if choices.people:
            actions.insert(0, (cases.TO_PERSON, "指定经办人"))
        if choices.to_units:
            actions.insert(0, (cases.TO_UNIT, "交办给单位"))
        self._offer("action", actions)
        self._has_actions = bool(actions)
        self._offer("unit", [("", "请选择单位"), *((str(one.id), one.name) for one in units)])
        self._offer("person", [("", "请选择经办人"), *((str(key), label) for key, label in choices.people)])
        if not choices.to_units:
            del self.fields["unit"], self.fields["advice"]
        if not choices.people:
            del self.fields["person"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def has_actions(self) -> bool:
        return self._has_actions

    def wish(self) -> cases.BulkWish:
        """Return what was chosen; call after ``is_valid``."""
        given = self.cleaned_data
        return cases.BulkWish(
            action=given["action"],
            unit_id=UUID(given["unit"]) if given.get("unit") else None,
            person_id=UUID(given["person"]) if given.get("person") else None,
            advice=given.get("advice") or "",
        )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A ticked case with what would come of it."""

    row: cases.CaseRow
    outcome: cases.BulkOutcome


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was ticked, from which list, and what was chosen for it (None: nothing yet)."""

    act: UUID
    ticked: list[cases.Ticked]
    query: str
    data: QueryDict | None
    capped: bool = False


@page(cases.ACT_ON_MANY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bulk(request: OfficialRequest) -> HttpResponse:
    """Ask what to do with the ticked cases; once chosen, show what would come of each."""
    if request.method == "POST":
        ticked = _ticked(request)
        if not ticked:
            return _nothing(request)
        return redirect(f"{reverse('desk:bulk')}?look={_keep(request, ticked)}")
    look = _id(request.GET.get("look", ""))
    if look is not None and _was_done(look, request):
        return redirect("desk:bulk_report", look)
    chosen = _chosen(request, look)
    if chosen is None:  # done long ago, or in another session: where it began
        return redirect("desk:queue")
    return _choose(request, chosen)


@page(cases.ACT_ON_MANY)
@require_POST
@never_cache
def bulk_do(request: OfficialRequest) -> HttpResponse:
    """Do it, and show what came of each."""
    ticked = _ticked(request)
    act_id = _id(request.POST.get("act", ""))
    if not ticked or act_id is None:
        return _nothing(request)
    choices = cases.bulk_choices(request.actor, [one.case_id for one in ticked], at=clock.now())
    if _was_done(act_id, request):
        return redirect("desk:bulk_report", act_id)
    form = BulkForm(request.POST, choices=choices, units=_units(request))
    again = Chosen(uuid7(), ticked, request.POST.get("query", ""), request.POST)
    if not form.is_valid():
        return _choose(request, again)
    try:
        cases.act_on_many(act_id=act_id, ticked=ticked, wish=form.wish(), by=request.actor, at=clock.now())
    except Refused as refused:
        return _choose(request, again, refused)
    return redirect("desk:bulk_report", act_id)


@page(cases.ACT_ON_MANY)
@require_safe
@never_cache
def bulk_report(request: OfficialRequest, act_id: UUID) -> HttpResponse:
    """Show what came of one of one's own acts on many."""
    act = cases.report_of(act_id, by=request.actor)
    lines = [
        {"id": case_id, "number": number, "done": done, "sentence": sentence}
        for case_id, number, done, sentence in act.report
    ]
    done = sum(1 for one in lines if one["done"])
    context = {"act": act, "lines": lines, "done": done, "refused": len(lines) - done}
    return render(request, "desk/bulk_report.html", context)


def _keep(request: OfficialRequest, ticked: list[cases.Ticked]) -> UUID:
    """Let what was sent wait for its page; return the id that it is shown by."""
    look, given = uuid7(), request.POST
    said = {
        "ticked": [f"{one.case_id}:{one.leg}" for one in ticked],
        "query": given.get("query", ""),
        "asked": {name: given.get(name, "") for name in _ASKED} if "action" in given else None,
        "capped": "all" in given and len(ticked) == cases.BULK_MAX,
    }
    box = seal(json.dumps(said), place=_PLACE, row=look)
    kept = [*request.session.get(_KEPT, {}).items(), (str(look), b64encode(box).decode())]
    request.session[_KEPT] = dict(kept[-_KEPT_MAX:])
    return look


def _chosen(request: OfficialRequest, look: UUID | None) -> Chosen | None:
    """Return what waits under an id; None if nothing does."""
    box = request.session.get(_KEPT, {}).get(str(look))
    if look is None or box is None:
        return None
    try:
        said = json.loads(unseal(b64decode(box), place=_PLACE, row=look))
    except Unreadable:
        return None
    data = None
    if said["asked"] is not None:
        data = QueryDict(mutable=True)
        data.update(said["asked"])
    return Chosen(look, _read(said["ticked"]), said["query"], data, said["capped"])


def _choose(request: OfficialRequest, chosen: Chosen, refused: Refused | None = None) -> HttpResponse:
    actor, at, ticked = request.actor, clock.now(), chosen.ticked
    choices = cases.bulk_choices(actor, [one.case_id for one in ticked], at=at)
    form = BulkForm(chosen.data, choices=choices, units=_units(request))
    foreseen: list[Foreseen] = []
    status = 409 if isinstance(refused, Conflict) else 400 if refused else 200
    if refused is not None:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    elif form.is_valid():
        try:
            outcomes = cases.look_through(ticked, form.wish(), by=actor, at=at)
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
            status = 400
        else:
            rows = {row.id: row for row in choices.rows}
            foreseen = [Foreseen(rows[one.case_id], one) for one in outcomes if one.case_id in rows]
    elif form.is_bound:
        status = 400
    will = sum(1 for one in foreseen if one.outcome.done)
    context: dict[str, Any] = {
        "form": form,
        "ticked": [f"{one.case_id}:{one.leg}" for one in ticked],
        "count": len(ticked),
        "missing": choices.missing,
        "rows": choices.rows,
        "foreseen": foreseen,
        "will": will,
        "will_words": str(will),
        "wont": len(foreseen) - will,
        "act": chosen.act,
        "query": chosen.query,
        "capped": chosen.capped,
    }
    return render(request, "desk/bulk.html", context, status=status)


def _ticked(request: OfficialRequest) -> list[cases.Ticked]:
    """Return what was ticked with the legs the page showed; or the beginning of the whole list, as it stands now."""
    if "all" in request.POST:
        filters, _ = cases.read_asked(kept_filters(QueryDict(request.POST.get("query", ""))))
        found = cases.first_of(request.actor, filters, at=clock.now(), count=cases.BULK_MAX)
        return [cases.Ticked(case_id, leg) for case_id, leg in found]
    return _read(request.POST.getlist("case"))


def _read(values: list[str]) -> list[cases.Ticked]:
    ticked: dict[UUID, cases.Ticked] = {}
    for value in values:
        case_id, _, leg = value.partition(":")
        known = _id(case_id)
        if known is not None and leg.isascii() and leg.isdigit() and len(leg) <= LEG_DIGITS:
            ticked[known] = cases.Ticked(known, int(leg))
    return list(ticked.values())


def _nothing(request: OfficialRequest) -> HttpResponse:
    query = QueryDict(request.POST.get("query", "")).urlencode()
    context = {"back": f"{reverse('desk:queue')}?{query}"}
    return render(request, "desk/bulk_nothing.html", context, status=400)


def _was_done(act_id: UUID, request: OfficialRequest) -> bool:
    """Whether this very page was sent before: its report answers, whatever the cases allow by now."""
    try:
        cases.report_of(act_id, by=request.actor)
    except NotThere:
        return False
    return True


def _units(request: OfficialRequest) -> list[accounts.Unit]:
    acting = request.actor.acting
    return accounts.units_for(areas.area(acting.area_id)) if acting else []


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
