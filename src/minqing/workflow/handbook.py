"""Draw every procedure for the people it governs: docs/procedures/, one page a procedure, and an index."""

from __future__ import annotations

from minqing.workflow.parts import Need, NeedKind
from minqing.workflow.procedure import Procedure, procedures

_KINDS = {
    NeedKind.TEXT: "一行文字",
    NeedKind.LONG_TEXT: "文字",
    NeedKind.YES_NO: "是或否",
    NeedKind.DATE: "日期",
    NeedKind.PHOTO: "照片",
    NeedKind.CHOICE: "选择",
    NeedKind.CHOICE_UNIT: "选择单位",
    NeedKind.CHOICE_UNITS: "选择几个单位",
    NeedKind.CHOICE_PERSON: "选择人员",
    NeedKind.CHOICE_TOPIC: "选择类别",
    NeedKind.NUMBER: "数字",
}
FOLDER = "docs/procedures"
_NOTE = "<!-- 由 minqing docs 生成，请勿手改；改规程文件后重新生成。 -->"


def procedure_pages() -> dict[str, str]:
    """The pages of docs/procedures by their path from the root of the repository."""
    known = sorted(procedures(), key=lambda one: one.key)
    index = [_NOTE, "", "# 规程", "", "| 规程 | 环节 | 动作 |", "| --- | --- | --- |"]
    for one in known:
        ends = "、".join(state.label for state in one.states.values())
        index.append(f"| [{one.title}]({one.key}.md) | {ends} | {len(one.steps)} |")
    pages = {f"{FOLDER}/README.md": "\n".join(index) + "\n"}
    return pages | {f"{FOLDER}/{one.key}.md": _page(one) for one in known}


def problems_of_all() -> dict[str, tuple[str, ...]]:
    """The defects of every procedure that has any, by its key; empty when all are sound."""
    return {one.key: found for one in procedures() if (found := one.problems())}


def _page(of: type[Procedure]) -> str:
    introduction = (of.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", "\n")
    lines = [_NOTE, "", f"# {of.title}", ""]
    if introduction:
        lines += [introduction, ""]
    lines += ["```mermaid", of.mermaid(), "```", "", "## 环节与时限", ""]
    lines += ["| 环节 | 时限 | 轮到谁 |", "| --- | --- | --- |"]
    for state in of.states.values():
        within = state.within.words if state.within else "—"
        turn = "、".join(role.label for role in of.answering(state.key)) or "—"
        lines.append(f"| {state.label} | {within} | {turn} |")
    lines += [
        "",
        "## 动作",
        "",
        "| 动作 | 从 | 到 | 谁可以做 | 条件 | 要填写 | 随后 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for step in of.steps.values():
        sources = "、".join(state.label for state in step.sources)
        needs = "；".join(_need(need) for need in step.needs) or "—"
        then = "、".join(effect.label for effect in step.then) or "—"
        if_ = "、".join(one.label for one in step.only_if) or "—"
        lines.append(
            f"| {step.label} | {sources} | {step.to.label} | {step.who} | {if_} | {needs} | {then} |"
        )
    return "\n".join(lines) + "\n"


def _need(need: Need) -> str:
    choices = f"：{'／'.join(label for _, label in need.choices)}" if need.choices else ""
    return f"{need.label}（{_KINDS[need.kind]}{choices}{'' if need.required else '，可不填'}）"
