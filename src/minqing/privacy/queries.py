"""The classification as other domains and the reference read it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db.models import Field

from minqing.kernel.access import CAPABILITIES
from minqing.privacy.rules import CLASSES, DELETE, OPEN_WORDS, Column, Table, Term, read

FILE: Final = Path(__file__).with_name("columns.toml")


@cache
def classification() -> dict[str, Table]:
    """Return every table of the platform by its name."""
    return read(FILE.read_text("utf-8"))


def actual_columns() -> dict[str, frozenset[str]]:
    """Return the columns that the models really have, by table (unmanaged ones, such as the job queue's, too)."""
    return {
        model._meta.db_table: frozenset(str(field.column) for field in model._meta.concrete_fields)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }


def model_columns_of(kind: type[Field[Any, Any]]) -> dict[str, tuple[str, ...]]:
    """Return the columns of one kind of field, by table."""
    held = {
        model._meta.db_table: tuple(
            str(one.column) for one in model._meta.concrete_fields if isinstance(one, kind)
        )
        for model in apps.get_models()
    }
    return {table: columns for table, columns in held.items() if columns}


def problems() -> list[str]:
    """Name every column that is not classified, every one that is gone, and every capability that does not exist."""
    said, real = classification(), actual_columns()
    found = [f"{table}: 没有分类，请写进 columns.toml" for table in sorted(real.keys() - said.keys())]
    found += [f"{table}: 已经没有这张表" for table in sorted(said.keys() - real.keys())]
    for table in sorted(real.keys() & said.keys()):
        held = said[table].columns
        found += [f"{table}.{one}: 没有分类" for one in sorted(real[table] - held.keys())]
        found += [f"{table}.{one}: 已经没有这一列" for one in sorted(held.keys() - real[table])]
        for column in held.values():
            found += [
                f"{table}.{column.name}: 没有权限“{one}”"
                for one in column.seen_by
                if one not in OPEN_WORDS and one not in CAPABILITIES
            ]
    return found


def personal_columns() -> list[Column]:
    """Return every column with personal values, in the order of the file."""
    return [one for table in classification().values() for one in table.columns.values() if one.is_personal]


def term_words(term: Term) -> str:
    """Say a term in Chinese."""
    if term.for_ever:
        return f"长期：{term.for_ever}"
    if term.parent:
        return f"随“{classification()[term.parent].holds}”"
    did = "删除" if term.then == DELETE else "清空个人信息"
    return f"{term.days} 天后{did}：{term.because}"


def data_pages() -> dict[str, str]:
    """Draw the reference page of the data: a part for each table."""
    parts = [
        "<!-- 由代码生成（minqing docs），请勿手改；来源：src/minqing/privacy/columns.toml -->",
        "# 每一列数据",
        "",
    ]
    parts += ["每列是什么、为什么有、放多久、谁看得到。没有写进来的列，检查不会通过。", ""]
    for table in classification().values():
        about = f"是谁的：{table.about}。" if table.about else "不含个人信息。"
        parts += [f"## {table.holds}（`{table.name}`）", "", f"{about}期限：{term_words(table.term)}。", ""]
        parts += ["| 列 | 类别 | 用途 | 谁看得到 |", "| --- | --- | --- | --- |"]
        for one in table.columns.values():
            seen = "、".join(_who(word) for word in one.seen_by)
            parts.append(f"| `{one.name}` | {CLASSES[one.klass]} | {one.purpose} | {seen} |")
        parts.append("")
    return {"docs/reference/data.md": "\n".join(parts)}


def _who(word: str) -> str:
    return OPEN_WORDS[word] if word in OPEN_WORDS else f"有“{CAPABILITIES[word].label}”权限者"
