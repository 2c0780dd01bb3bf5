"""``minqing procedures``: check them, draw them, walk one in a terminal, try other deadlines on a year of cases."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from minqing.config.commands import docs, without_database
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import complain, say

if TYPE_CHECKING:
    from minqing.workflow.public import Figures, Procedure, Within

_DAYS: Final = 365
_DESKS_SHOWN: Final = 12
_SPAN: Final = re.compile(r"within\.(\w+)=(\d{1,4})(h|d|c)")
_STAFF: Final = re.compile(r"(.{1,80})=(\d{1,4})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="动作", title="动作")
    what.add_parser("check", help="检查每个规程：有没有走不到、走不出、没人办的环节")
    what.add_parser("draw", help="把每个规程画成图，写进 docs/procedures")
    walk = what.add_parser("try", help="在终端里把一个规程走一遍，什么也不写")
    walk.add_argument("name", metavar="规程", help="规程的名字，如 hotline")
    replay = what.add_parser("simulate", help="用过去一年的事项试一试改了的时限和人手")
    replay.add_argument("name", metavar="规程", help="规程的名字，如 hotline")
    replay.add_argument(
        "--with", dest="changes", action="append", default=[], metavar="within.环节=3d",
        help="改一个环节的时限：h 工作小时，d 工作日，c 天；可以写几个",
    )  # fmt: skip
    replay.add_argument(
        "--staff", action="append", default=[], metavar="单位=人数", help="改一个单位或岗位的人手；可以写几个"
    )
    replay.add_argument("--days", type=int, default=_DAYS, help=f"用过去多少天的事项，默认 {_DAYS}")
    replay.add_argument("--chart", type=Path, default=None, metavar="文件.svg", help="把前后对比画成图")


def run(options: argparse.Namespace) -> int:
    """Check, draw, walk or simulate."""
    if options.what == "draw":
        return docs.run(argparse.Namespace(check=False))
    if options.what == "simulate":
        with database_at_hand(say):
            return _simulate(options)
    without_database()
    return _try(options.name) if options.what == "try" else _check()


def _check() -> int:
    from minqing.workflow.public import problems_of_all, procedures

    for key, problems in problems_of_all().items():
        for problem in problems:
            complain(f"规程 {key}：{problem}")
    if not procedures():
        complain("一个规程也没有，请检查安装是否完整。")
    if problems_of_all() or not procedures():
        return 1
    say(f"{len(procedures())} 个规程都没有问题。")
    return 0


def _named(name: str) -> type[Procedure]:
    from minqing.workflow.public import UnknownProcedure, procedure

    try:
        return procedure(name)
    except UnknownProcedure as unknown:
        raise CannotRun(str(unknown)) from None


def _try(name: str) -> int:
    from minqing.kernel import clock
    from minqing.workflow.public import Rehearsal, official_calendar

    walk = Rehearsal(_named(name), clock.now(), official_calendar())
    say(f"“{walk.of.title}”走一遍。输入数字走一步，输入 q 结束。")
    while True:
        for line in walk.lines():
            say(line)
        if walk.is_over:
            return 0
        say("走哪一步？")
        answer = sys.stdin.readline()
        if not answer or answer.strip().lower() == "q":
            say("\n到此为止，什么也没有写。")
            return 0
        try:
            walk.take(int(answer))
        except (ValueError, IndexError):
            complain(f"请输入 1 到 {len(walk.steps)} 的数字，或输入 q 结束。")


def _simulate(options: argparse.Namespace) -> int:
    from minqing.kernel import clock
    from minqing.workflow.public import Setting, courses, current_calendar, hands, replay, span_of

    of, at, calendar = _named(options.name), clock.now(), current_calendar()
    spans = dict(_span(of, one) for one in options.changes)
    taken = courses(of, since=at - timedelta(days=options.days), until=at)
    if not taken:
        raise CannotRun(f"过去 {options.days} 天没有办完的“{of.title}”，没有可以试的。")
    desks = {stay.desk for one in taken for stay in one.stays if stay.desk}
    staff = hands(of, desks, on=clock.local(at).date())
    changed = dict(_staff(one, desks) for one in options.staff)
    now = {
        key: span.within
        for key, state in of.states.items()
        if (span := span_of(of, state, calendar, at)).within
    }
    before = Setting({key: one for key, one in now.items() if one}, staff)
    after = Setting({**before.within, **spans}, {**staff, **changed})
    say(
        f"“{of.title}”：过去 {options.days} 天办完 {len(taken)} 件，涉及 {len(desks)} 个单位和岗位。正在重演……"
    )
    was = replay(taken, before, calendar, staff_then=staff)
    would = replay(taken, after, calendar, staff_then=staff)
    for line in _told(of, was, would, before, after):
        say(line)
    if options.chart:
        _draw(options.chart, of, was, would)
        say(f"图在 {options.chart}。")
    return 0


def _span(of: type[Procedure], text: str) -> tuple[str, Within]:
    from minqing.workflow.public import UnknownProcedure, calendar_days, working_days, working_hours

    found = _SPAN.fullmatch(text)
    if found is None or int(found[2]) < 1:
        raise CannotRun(f"看不懂 {text}。请写成 within.环节=3d：h 是工作小时，d 是工作日，c 是天。")
    try:
        state = of.state(found[1])
    except UnknownProcedure as unknown:
        known = "、".join(f"{key}（{one.label}）" for key, one in of.states.items() if one.within)
        raise CannotRun(f"{unknown}有时限的环节：{known}。") from None
    make = {"h": working_hours, "d": working_days, "c": calendar_days}[found[3]]
    return state.key, make(int(found[2]))


def _staff(text: str, desks: set[str]) -> tuple[str, int]:
    found = _STAFF.fullmatch(text)
    if found is None or int(found[2]) < 1:
        raise CannotRun(f"看不懂 {text}。请写成 单位=人数，如 浦口街道综合执法队=3。")
    if found[1] not in desks:
        some = "、".join(sorted(desks)[:_DESKS_SHOWN])
        raise CannotRun(f"过去的事项里没有“{found[1]}”。有的是：{some}。")
    return found[1], int(found[2])


def _told(of: type[Procedure], was: Figures, would: Figures, before: object, after: object) -> list[str]:
    """Say what was and what would be, in lines for a terminal."""
    from minqing.workflow.public import Setting

    assert isinstance(before, Setting)
    assert isinstance(after, Setting)
    lines = ["", f"超时率：{was.late_share:.1%} → {would.late_share:.1%}（{was.stays} 段）", "", "环节"]
    for key, (stays, late) in was.by_state.items():
        there, later = would.by_state.get(key, (0, 0))
        span = before.within[key].words
        if after.within[key] != before.within[key]:
            span = f"{span} → {after.within[key].words}"
        lines.append(
            f"  {of.state(key).label}（{span}）：{_share(late, stays)} → {_share(later, there)}，{stays} 段"
        )
    lines += ["", "单位和岗位（先列忙的）"]
    busiest = sorted(would.busy, key=lambda desk: -would.busy[desk])[:_DESKS_SHOWN]
    for desk in busiest:
        people = f"{before.staff[desk]} 人"
        if after.staff[desk] != before.staff[desk]:
            people = f"{people} → {after.staff[desk]} 人"
        stays, late = was.by_desk.get(desk, (0, 0))
        there, later = would.by_desk.get(desk, (0, 0))
        lines.append(
            f"  {desk}（{people}）：忙 {was.busy[desk]:.0%} → {would.busy[desk]:.0%}，"
            f"等候 {was.waited[desk] / 3600:.1f} → {would.waited[desk] / 3600:.1f} 工作小时，"
            f"超时 {_share(late, stays)} → {_share(later, there)}"
        )
    return [*lines, "", "推算：每段花的力气按历时摊派，单位平时有 85% 的时间在办事；人手先办最急的。"]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _draw(file: Path, of: type[Procedure], was: Figures, would: Figures) -> None:
    """Draw the share of late stays by state, before and after, as an SVG picture."""
    import pygal

    chart = pygal.HorizontalBar(legend_at_bottom=True, js=[], disable_xml_declaration=True)
    chart.title = f"{of.title}：各环节超时率（%）"
    chart.x_labels = [of.state(key).label for key in was.by_state]
    for name, figures in (("现在", was), ("改后", would)):
        pairs = [figures.by_state.get(key, (0, 0)) for key in was.by_state]
        chart.add(name, [round(100 * late / stays, 1) if stays else 0 for stays, late in pairs])
    try:
        file.write_text(chart.render(is_unicode=True), "utf-8")
    except OSError as failure:
        raise CannotRun(f"图写不进 {file}：{failure.strerror}。请换一个文件。") from None
