"""What stands in the desk's menu for whom: an entry is shown to whoever could open it, in the acting appointment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse

from minqing.accounts.public import MANAGE_PEOPLE, MANAGE_UNITS, READ_AUDIT
from minqing.areas.public import MANAGE_AREAS
from minqing.cases.public import HANDLE_REQUESTS, OPEN_CASES, PRINT_DOOR_CODES, REPORT_CASE, TAKE_CALLS
from minqing.diary.public import SEE_VISITS
from minqing.disclosure.public import OPEN_ACCESS
from minqing.journal.public import SEE_SEALS
from minqing.kernel.access import Actor, Capability
from minqing.registry.public import IMPORT_REGISTRY, MERGE_RESIDENTS, SEE_REGISTRY
from minqing.rights.public import HAND_OVER_CODES
from minqing.workflow.public import EDIT_CALENDAR


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu: its address by name, and the beginnings of names of the pages that belong to it."""

    name: str
    label: str
    icon: str
    to: Capability | None = None
    sections: tuple[str, ...] = ()
    quick: str = ""  # what its button on the first page says, if it has one


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the template draws it."""

    label: str
    href: str
    icon: str
    current: bool
    quick: str


_FILES: Final = ("dossier", "find_exact", "registry_export", "tag_", "member_", "move_", "set_head")

MENU: Final = (
    Entry("home", "待办", "home"),
    Entry("queue", "事项", "clipboard-list", OPEN_CASES, ("queue", "case", "step")),
    Entry("case_new", "登记", "plus", REPORT_CASE, quick="登记一件事"),
    Entry("hotline", "热线受理", "phone", TAKE_CALLS, ("hotline",), quick="接听热线"),
    Entry("registry", "档案", "users", SEE_REGISTRY, _FILES, quick="查档案"),
    Entry("access", "查阅与破例", "shield-check", OPEN_ACCESS, ("access", "break_glass", "number")),
    Entry("personal_codes", "本人查阅码", "key", HAND_OVER_CODES, ("personal_code",)),
    Entry("rights", "个人信息请求", "lock", HANDLE_REQUESTS, ("rights",)),
    Entry("diary", "走访", "notebook", SEE_VISITS, ("diary", "visit")),
    Entry("codes", "民情码", "qrcode", PRINT_DOOR_CODES, ("codes",)),
    Entry("duplicates", "重复档案", "users", MERGE_RESIDENTS, ("duplicate", "merge_")),
    Entry("imports", "导入", "upload", IMPORT_REGISTRY, ("import",)),
    Entry("areas", "辖区", "tree", MANAGE_AREAS, ("area",)),
    Entry("people", "人员", "id-badge-2", MANAGE_PEOPLE, ("people", "person", "appointment_end")),
    Entry("people_units", "单位", "building", MANAGE_UNITS, ("unit",)),
    Entry("calendar", "工作日历", "calendar", EDIT_CALENDAR, ("calendar",)),
    Entry("audit", "审计", "history", READ_AUDIT, ("audit",)),
    Entry("seals", "封存与核验", "lock", SEE_SEALS),
)


def entries_for(actor: Actor, url_name: str) -> Iterator[Shown]:
    """Yield the entries an actor may open; the one of the page with that name is the current one."""
    exact = {entry.name for entry in MENU if entry.to is None or actor.may(entry.to)}
    for entry in MENU:
        if entry.to is not None and not actor.may(entry.to):
            continue
        try:
            href = reverse(f"desk:{entry.name}")
        except NoReverseMatch:  # a part that this county has not installed
            continue
        current = url_name == entry.name or (
            url_name not in exact and url_name.startswith(entry.sections or ("\0",))
        )
        yield Shown(entry.label, href, entry.icon, current, entry.quick)
