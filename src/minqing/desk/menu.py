"""What stands in the desk's menu for whom: an entry is shown to whoever could open it, in the acting appointment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from django.urls import NoReverseMatch, get_script_prefix, reverse

from minqing.accounts.public import MANAGE_PEOPLE, MANAGE_TOKENS, MANAGE_UNITS, READ_AUDIT
from minqing.areas.public import MANAGE_AREAS
from minqing.cases.public import (
    APPROVALS_COUNT_MAX,
    DECIDE_REQUESTS,
    EDIT_CATALOGUE,
    EDIT_TEMPLATES,
    HANDLE_REQUESTS,
    KEEP_DUTY,
    MERGE_CASES,
    OPEN_CASES,
    OPEN_PETITIONS,
    PRINT_DOOR_CODES,
    REPORT_CASE,
    SEE_BOARD,
    SEE_EXPRESS,
    SEE_LINES,
    SEE_PARTS,
    SEE_RETURNS,
    SEE_STANDINGS,
    SEE_SUPERVISION,
    TAKE_CALLS,
)
from minqing.diary.public import SEE_VISITS
from minqing.disclosure.public import OPEN_ACCESS
from minqing.journal.public import SEE_SEALS
from minqing.kernel.access import Actor, Capability
from minqing.notices.public import MANAGE_CHANNELS, MANAGE_SUBSCRIPTIONS
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


def _words(count: int) -> str:
    """Return a count as it stands beside a word; nothing for none."""
    return f"{APPROVALS_COUNT_MAX}+" if count > APPROVALS_COUNT_MAX else str(count or "")


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the template draws it."""

    label: str
    href: str
    icon: str
    current: bool
    quick: str
    name: str = ""
    count: int = 0  # how many wait there, where the page knows

    @property
    def count_words(self) -> str:
        return _words(self.count)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries behind one word of the menu; alone, an entry stands for itself."""

    label: str
    icon: str
    entries: list[Shown]

    @property
    def current(self) -> bool:
        return any(one.current for one in self.entries)

    @property
    def count_words(self) -> str:
        return _words(sum(one.count for one in self.entries))


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu in the head of a page: the line a wide screen shows, and how a narrow one puts the same entries.

    A narrow screen keeps the first tasks in sight and has the rest (alone standing, then the groups) behind one word.
    """

    line: list[Shown | Group]
    first: list[Shown]
    rest: list[Shown]
    groups: list[Group]

    @property
    def rest_count_words(self) -> str:
        entries = [*self.rest, *(one for group in self.groups for one in group.entries)]
        return _words(sum(one.count for one in entries))

    @property
    def rest_current(self) -> bool:
        return any(one.current for one in self.rest) or any(one.current for one in self.groups)


_FILES: Final = ("dossier", "find_exact", "registry_export", "tag_", "member_", "move_", "set_head")

MENU: Final = (
    Entry("home", "待办", "home"),
    Entry("queue", "事项", "clipboard-list", OPEN_CASES, ("queue", "case", "step", "view", "bulk", "photo_")),
    Entry("approvals", "待我审批", "checks", DECIDE_REQUESTS),
    Entry("board", "看板", "traffic-lights", SEE_BOARD, ("board",)),
    Entry("duty", "交接班", "transfer", KEEP_DUTY, ("duty",)),
    Entry("templates", "答复模板", "template", EDIT_TEMPLATES, ("template",)),
    Entry("case_new", "登记", "plus", REPORT_CASE, quick="登记一件事"),
    Entry("hotline", "热线受理", "phone", TAKE_CALLS, ("hotline",), quick="接听热线"),
    Entry("three_lines", "三道防线", "shield-check", SEE_LINES),
    Entry("petitions", "信访", "message", OPEN_PETITIONS, ("petition",), quick="信访台账"),
    Entry("express", "市长直通车", "phone", SEE_EXPRESS, ("express", "sit_in", "return_")),
    Entry("registry", "查档案", "users", SEE_REGISTRY, _FILES, quick="查档案"),
    Entry("access", "查阅与破例", "shield-check", OPEN_ACCESS, ("access", "break_glass", "number")),
    Entry("personal_codes", "本人查阅码", "key", HAND_OVER_CODES, ("personal_code",)),
    Entry("rights", "个人信息请求", "lock", HANDLE_REQUESTS, ("rights",)),
    Entry("diary", "走访", "notebook", SEE_VISITS, ("diary", "visit")),
    Entry("codes", "民情码", "qrcode", PRINT_DOOR_CODES, ("codes",)),
    Entry("duplicates", "重复档案", "users", MERGE_RESIDENTS, ("duplicate", "merge_")),
    Entry("standings", "晾晒", "chart-bar", SEE_STANDINGS, ("standings",)),
    Entry("joint", "协办单", "users", SEE_PARTS, ("joint",)),
    Entry("supervision", "督办台账", "flag", SEE_SUPERVISION, ("supervision",)),
    Entry("returns", "退单", "arrow-left", SEE_RETURNS, ("returns",)),
    Entry("catalogue", "派单目录", "route", EDIT_CATALOGUE, ("catalogue",)),
    Entry("merging", "疑似重复", "git-merge", MERGE_CASES, ("merging",)),
    Entry("exclusions", "不合理诉求", "gavel", SEE_STANDINGS, ("exclusion",)),
    Entry("sample", "第三方抽查", "checks", SEE_STANDINGS, ("sample",)),
    Entry("imports", "导入", "upload", IMPORT_REGISTRY, ("import",)),
    Entry("areas", "辖区", "tree", MANAGE_AREAS, ("area",)),
    Entry("people", "人员", "id-badge-2", MANAGE_PEOPLE, ("people", "person", "appointment_end")),
    Entry("system_tokens", "系统接口", "key", MANAGE_TOKENS, ("token_open",)),
    Entry("people_units", "单位", "building", MANAGE_UNITS, ("unit",)),
    Entry("calendar", "工作日历", "calendar", EDIT_CALENDAR, ("calendar", "clocks", "term")),
    Entry("channels", "告知渠道", "send", MANAGE_CHANNELS, ("channel", "deliver")),
    Entry("subscriptions", "推送订阅", "external-link", MANAGE_SUBSCRIPTIONS, ("subscription", "push")),
    Entry("audit", "审计", "history", READ_AUDIT, ("audit",)),
    Entry("seals", "封存与核验", "lock", SEE_SEALS),
)

# The tasks that a narrow screen keeps in sight.
FIRST: Final = ("home", "queue", "case_new")

# What not everybody opens every day stands behind a word, so that the menu is one line from 1280 px on, at every role.
# An entry that is in no group stands for itself.
GROUPS: Final = (
    (
        "统筹",
        "traffic-lights",
        ("approvals", "board", "duty", "templates", "standings", "catalogue", "merging"),
    ),
    (
        "督办",
        "flag",
        ("supervision", "returns", "exclusions", "sample", "joint", "three_lines", "petitions", "express"),
    ),
    (
        "档案",
        "folder",
        ("registry", "diary", "duplicates", "imports", "access", "personal_codes", "rights"),
    ),
    (
        "管理",
        "settings",
        ("codes", "areas", "people", "people_units", "system_tokens", "calendar", "audit", "seals",
         "channels", "subscriptions"),
    ),
)  # fmt: skip


def entries_for(actor: Actor, url_name: str, counts: Mapping[str, int] | None = None) -> tuple[Shown, ...]:
    """Return the entries an actor may open; the one of the page with that name is the current one.

    ``counts``: how many wait behind an entry, by its name, where the page has counted them anyway.
    """
    names = tuple(entry.name for entry in MENU if entry.to is None or actor.may(entry.to))
    shown = _shown(names, url_name, get_script_prefix())
    if not counts:
        return shown
    return tuple(replace(one, count=counts[one.name]) if counts.get(one.name) else one for one in shown)


@lru_cache(maxsize=500)
def _shown(names: tuple[str, ...], url_name: str, prefix: str) -> tuple[Shown, ...]:
    """Return the entries with these names; kept, for they depend on nothing but them and the page."""
    exact, shown = set(names), []
    for entry in MENU:
        if entry.name not in exact:
            continue
        try:
            href = reverse(f"desk:{entry.name}")
        except NoReverseMatch:  # a part that this county has not installed
            continue
        current = url_name == entry.name or (
            url_name not in exact and url_name.startswith(entry.sections or ("\0",))
        )
        shown.append(Shown(entry.label, href, entry.icon, current, entry.quick, entry.name))
    return tuple(shown)


def grouped(entries: Iterable[Shown]) -> list[Shown | Group]:
    """Put entries behind the words of :data:`GROUPS`; a group stands where its first entry would."""
    word_of = {name: word for word, _, names in GROUPS for name in names}
    icons = {word: icon for word, icon, _ in GROUPS}
    shown: list[Shown | Group] = []
    groups: dict[str, Group] = {}
    for entry in entries:
        word = word_of.get(entry.name)
        if word is None:
            shown.append(entry)
        elif word in groups:
            groups[word].entries.append(entry)
        else:
            groups[word] = Group(word, icons[word], [entry])
            shown.append(groups[word])
    return [one.entries[0] if isinstance(one, Group) and len(one.entries) == 1 else one for one in shown]


def menu_of(entries: Iterable[Shown]) -> Menu:
    """Put entries as the head of a page shows them, on a wide screen and on a narrow one."""
    line = grouped(entries)
    alone = [one for one in line if isinstance(one, Shown)]
    return Menu(
        line=line,
        first=[one for one in alone if one.name in FIRST],
        rest=[one for one in alone if one.name not in FIRST],
        groups=[one for one in line if isinstance(one, Group)],
    )
