"""审计: what everybody did and looked at, in sentences, newest first. Auditors read it; nobody changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.desk.asked import an_id, beginning_of, end_of, page_number, paged
from minqing.desk.forms_administration import AuditFilterForm
from minqing.desk.where import chosen_area, way_down
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.pages import OfficialRequest, page

SUBJECTS: Final = {
    "resident": "居民", "household": "户", "enterprise": "企业", "place": "场所", "visit": "走访", "case": "事项",
    "area": "辖区", "person": "人员", "appointment": "任职", "import": "导入", "calendar": "工作日历",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its subject's kind and its area in words."""

    entry: journal.TimelineLine
    subject_label: str
    area_name: str


class AuditAsked:
    """What an address asks of the audit: understood, and as the form of the bar."""

    def __init__(self, given: QueryDict, actor: Actor) -> None:
        self.area = chosen_area(given.get("area"))
        self.form = AuditFilterForm(given, areas=way_down(self.area, actor), groups=journal.GROUPS.items())
        self.wanted = wanted = self.form.read()
        self.filters = journal.AuditFilters(
            group=wanted.get("group", ""), person_id=an_id(given.get("person")),
            subject_id=an_id(given.get("subject")),
            within=areas.ids_under(self.area.path) if self.area and "area" in wanted else None,
            since=beginning_of(wanted["since"]) if "since" in wanted else None,
            until=end_of(wanted["until"]) if "until" in wanted else None,
            reads={"yes": True, "no": False}.get(wanted.get("reads", "")),
        )  # fmt: skip

    def in_words(self) -> list[tuple[str, str]]:
        """Return the filters as people read them."""
        filters, wanted = self.filters, self.wanted
        reads = {True: "只看查看", False: "只看改动"}
        person = filters.person_id
        said = [
            ("辖区", self.area.name if self.area and filters.within is not None else ""),
            ("类别", journal.GROUPS.get(filters.group, "")),
            ("谁", accounts.person_names([person]).get(person, "") if person else ""),
            ("对象", "同一份档案、事项或账号" if filters.subject_id else ""),
            ("从", f"{wanted['since']:%Y-%m-%d}" if "since" in wanted else ""),
            ("到", f"{wanted['until']:%Y-%m-%d}" if "until" in wanted else ""),
            ("查看或改动", reads[filters.reads] if filters.reads is not None else ""),
        ]
        return [(label, words) for label, words in said if words] or [("范围", "全部记录")]


@page(accounts.READ_AUDIT)
@require_safe
@never_cache
def audit(request: OfficialRequest) -> HttpResponse:
    """List entries by kind, person, subject, area and day."""
    given, actor = request.GET, request.actor
    asked = AuditAsked(given, actor)
    form, wanted, filters = asked.form, asked.wanted, asked.filters
    person_id, subject_id = filters.person_id, filters.subject_id
    pages = journal.AUDIT_COUNT_MAX // journal.AUDIT_PAGE_ROWS
    number = min(page_number(given.get("page")), pages)
    lines, total = journal.audit(actor, accounts.READ_AUDIT, filters, page=max(number, 1))
    shown = paged(min(total, journal.AUDIT_COUNT_MAX), journal.AUDIT_PAGE_ROWS, number)
    if shown.number != max(number, 1):
        lines, total = journal.audit(actor, accounts.READ_AUDIT, filters, page=shown.number)
    names = areas.area_names({one.area_id for one in lines}, areas.COUNTY)
    kept = {key: value for key, value in given.items() if key not in ("person", "subject", "page") and value}
    context = {
        "form": form,
        "query": given.urlencode(),
        "lines": [Line(one, SUBJECTS.get(one.subject_kind, ""), names.get(one.area_id, "")) for one in lines],
        "page": shown,
        "unit": "条以上" if total > journal.AUDIT_COUNT_MAX else "条",
        "who": accounts.person_names([person_id]).get(person_id, "") if person_id else "",
        "one_subject": subject_id is not None,
        "without": "?" + urlencode(kept),
        "kept": urlencode(kept),
        "is_filtered": bool(wanted or person_id or subject_id),
        "today": clock.local(clock.now()).date(),
        "state": journal.seal_state(at=clock.now()),
    }
    return render(request, "desk/administration/audit.html", context)
