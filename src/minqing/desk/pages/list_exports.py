"""导出 of the queue, the board, standings and the audit: what the page shows, as a file, asked again who one is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.asked import posted
from minqing.desk.pages.audit import SUBJECTS, AuditAsked
from minqing.desk.pages.board import COLOUR_LABELS, board_area
from minqing.desk.pages.queue import Asked
from minqing.desk.pages.standings import StandingsAsked, standings_table
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.sending import FileSent
from minqing.kernel.table_files import FORMATS
from minqing.ui.fields import BigChoices


class FormatForm(forms.Form):
    """Which format; the filters stand in the address."""

    form = forms.ChoiceField(
        label="格式",
        choices=[(key, label) for key, (label, _) in FORMATS.items()],
        initial="xlsx",
        widget=BigChoices,
        error_messages={"required": "请选择要导出的格式。"},
    )


@page(cases.EXPORT_CASES, step_up="导出事项清单")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def queue_export(request: OfficialRequest) -> HttpResponseBase:
    """Say what the file would hold, and on a post send it."""
    query = _query(request)
    asked = Asked(query.copy(), request.actor)
    chosen = [(label, words) for _, label, words in asked.form.active()]
    narrowed = [("范围", cases.VIEWS[asked.view]), *chosen]
    said = "；".join(f"{label}：{words}" for label, words in narrowed if label != cases.ASKED["text"])
    context = {
        "title": "导出事项清单",
        "back": f"{reverse('desk:queue')}?{query.urlencode()}",
        "back_label": "事项",
        "narrowed": narrowed,
        "columns": "、".join(cases.EXPORT_COLUMNS),
    }
    return _ask_or_send(
        request,
        context,
        query,
        lambda form: cases.export_cases(
            asked.filters, in_words=said, form=form, by=request.actor, at=clock.now()
        ),
    )


@page(cases.EXPORT_CASES, step_up="导出看板")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def board_export(request: OfficialRequest) -> HttpResponseBase:
    """Send the board as a table."""
    query = _query(request)
    area = board_area(request.actor, query.get("area"))
    by_unit = query.get("by") == "unit"
    columns = ["单位" if by_unit else "辖区", *COLOUR_LABELS.values(), "共"]
    title = "红黄绿看板（按单位）" if by_unit else "红黄绿看板（按辖区）"

    def send(form: str) -> FileSent:
        at = clock.now()
        found = cases.board(request.actor, area.path, by_unit=by_unit, at=at)
        lines: list[list[str | int]] = [
            [one.label, *(one.by_colour[colour] for colour in COLOUR_LABELS), one.total]
            for one in found.lines
        ]
        return cases.export_table(
            title=title, columns=columns, rows=lines, area=area, form=form, by=request.actor, at=at
        )

    context = {
        "title": f"导出{title}",
        "back": f"{reverse('desk:board')}?{query.urlencode()}",
        "back_label": "看板",
        "narrowed": [("辖区", area.name)],
        "columns": "、".join(columns),
    }
    return _ask_or_send(request, context, query, send)


@page(cases.EXPORT_CASES, step_up="导出晾晒")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def standings_export(request: OfficialRequest) -> HttpResponseBase:
    """Send the standings as a table."""
    actor, at = request.actor, clock.now()
    actor.require(cases.SEE_STANDINGS)
    query = _query(request)
    asked = StandingsAsked(query, actor, at)
    heads, rows = standings_table(asked.found(actor, at))
    period = f"{asked.since} 至 {asked.until}"

    def send(form: str) -> FileSent:
        title = f"晾晒（{cases.STANDINGS_BY[asked.by]}，{period}）"
        return cases.export_table(
            title=title, columns=heads, rows=rows, area=asked.area, form=form, by=actor, at=at
        )

    context = {
        "title": "导出晾晒",
        "back": f"{reverse('desk:standings')}?{query.urlencode()}",
        "back_label": "晾晒",
        "narrowed": [
            ("辖区", asked.area.name),
            ("时间", period),
            ("怎么排", cases.STANDINGS_BY[asked.by]),
            ("多少行", f"{len(rows)} 行，最后一行是合计"),
        ],
        "columns": "、".join(heads),
    }
    return _ask_or_send(request, context, query, send)


@page(accounts.READ_AUDIT, step_up="导出审计记录")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def audit_export(request: OfficialRequest) -> HttpResponseBase:
    """Send the entries that the audit page lists."""
    query = _query(request)
    asked = AuditAsked(query, request.actor)
    columns = ("时间", "谁", "身份", "做了什么", "对象", "辖区")
    narrowed = asked.in_words()

    def send(form: str) -> FileSent:
        names = areas.area_names(
            areas.ids_under(areas.county().path).values_list("id", flat=True), areas.COUNTY
        )

        def line(one: journal.TimelineLine) -> tuple[str, ...]:
            return (
                f"{clock.local(one.at):%Y-%m-%d %H:%M:%S}", one.who, one.role_label, one.sentence,
                SUBJECTS.get(one.subject_kind, ""), names.get(one.area_id, ""),
            )  # fmt: skip

        return journal.export_audit(
            request.actor,
            accounts.READ_AUDIT,
            asked.filters,
            columns=columns,
            line=line,
            in_words="；".join(f"{label}：{words}" for label, words in narrowed),
            form=form,
            at=clock.now(),
        )

    context = {
        "title": "导出审计记录",
        "back": f"{reverse('desk:audit')}?{query.urlencode()}",
        "back_label": "审计",
        "narrowed": narrowed,
        "columns": "、".join(columns),
    }
    return _ask_or_send(request, context, query, send)


def _query(request: OfficialRequest) -> QueryDict:
    """Return the filters: from the address, and after the sign-in again from the form."""
    return QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET.copy()


def _ask_or_send(
    request: OfficialRequest, context: dict[str, Any], query: QueryDict, send: Any
) -> HttpResponseBase:
    data = posted(request)
    form = FormatForm(data)
    status = 200
    if data is not None and form.is_valid():
        try:
            return _answer(send(form.cleaned_data["form"]))
        except (NotThere, NotAllowed):
            raise
        except Refused as refused:
            form.add_error(None, refused.message)
            status = 409
    elif data is not None:
        status = 400
    return _page(request, context | {"form": form, "query": query.urlencode()}, status)


def _page(request: OfficialRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "desk/list_export.html", context, status=status)


def _answer(made: FileSent) -> StreamingHttpResponse:
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name) or ""
    return response
