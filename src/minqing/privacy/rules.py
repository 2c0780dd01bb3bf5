"""What a classification may say, read from its text and checked: plain functions, no database.

Classes follow the Personal Information Protection Law (art. 4: personal; art. 28: sensitive) and GB/T 43697-2024 on
classifying data; terms follow art. 19 (no longer than the purpose needs) unless a law asks to keep.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CLASSES: Final = {
    "key": "标识与关联",
    "plain": "非个人信息",
    "personal": "个人信息",
    "sensitive": "敏感个人信息",
    "words": "文字（可能含个人信息）",
    "index": "盲索引",
    "file": "文件（可能含个人信息）",
    "secret": "凭据",
}
# What is emptied when a row outlives its purpose but must stay for what hangs on it.
ERASABLE: Final = frozenset({"personal", "sensitive", "words", "index", "file", "secret"})
# What asks for the word of somebody who may see: a capability by its key, or one of these.
OPEN_WORDS: Final = {
    "public": "所有人",
    "signed_in": "登录者",
    "self": "本人",
    "nobody": "不在页面上显示",
    "holder": "持有查询码的人",
}
DELETE, ERASE = "delete", "erase"
DAYS_MAX: Final = 36_525  # a hundred years: whoever writes more means for ever, and should say why


class Misclassified(ValueError):
    """The file says something that makes no sense; the message names the table."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long rows are kept. Exactly one way is set.

    ``for_ever``: why. ``after``+``days``+``then``: counted from a column of the row, by privacy's own nightly job.
    With ``of``+``through`` the column stands in another table, reached by a column of this one.
    ``job``+``days``: another domain's job does it. ``parent``+``through``: the rows go with the row they hang on.
    """

    for_ever: str = ""
    after: str = ""
    of: str = ""
    days: int = 0
    then: str = DELETE
    only: str = ""  # a further condition, in SQL, on columns of the same table
    job: str = ""
    parent: str = ""
    through: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its class, why it is kept and who may see it."""

    table: str
    name: str
    klass: str
    purpose: str
    seen_by: tuple[str, ...]
    erased_to: str | None = None

    @property
    def is_personal(self) -> bool:
        return self.klass in ("personal", "sensitive", "words", "file")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what it holds, about whom, its term and its columns."""

    name: str
    holds: str
    about: str
    term: Term
    columns: Mapping[str, Column]

    def erasable(self) -> list[Column]:
        """Return the columns that erasing empties."""
        return [one for one in self.columns.values() if one.klass in ERASABLE]


def read(text: str) -> dict[str, Table]:
    """Read the classification. Raises :class:`Misclassified` with the table that is wrong and how."""
    tables = {name: _table(name, given) for name, given in tomllib.loads(text).items()}
    for one in tables.values():
        for other in filter(None, (one.term.parent, one.term.of)):
            if other not in tables:
                raise Misclassified(f"{one.name}: 上级表 {other} 没有分类")
        if one.term.after and one.term.after not in tables[one.term.of or one.name].columns:
            raise Misclassified(f"{one.name}: 期限从 {one.term.after} 起算，但没有这一列")
    return tables


def _table(name: str, given: Mapping[str, Any]) -> Table:
    for key in ("holds", "purpose", "seen_by", "term", "columns"):
        if not given.get(key):
            raise Misclassified(f"{name}: 缺少 {key}")
    columns = {
        column: _column(name, column, said, given["purpose"], tuple(given["seen_by"]))
        for column, said in given["columns"].items()
    }
    table = Table(name, given["holds"], given.get("about", ""), _term(name, given["term"]), columns)
    if not table.about and any(one.is_personal for one in columns.values()):
        raise Misclassified(f"{name}: 有个人信息，要写明是谁的（about）")
    return table


def _column(table: str, name: str, said: Any, purpose: str, seen_by: tuple[str, ...]) -> Column:
    given: Mapping[str, Any] = {"class": said} if isinstance(said, str) else said
    if given.get("class") not in CLASSES:
        raise Misclassified(f"{table}.{name}: 没有“{given.get('class')}”这一类")
    unknown = set(given) - {"class", "purpose", "seen_by", "erased_to"}
    if unknown:
        raise Misclassified(f"{table}.{name}: 不认识 {sorted(unknown)[0]}")
    return Column(
        table, name, given["class"], given.get("purpose", purpose), tuple(given.get("seen_by", seen_by)),
        given.get("erased_to"),
    )  # fmt: skip


def _term(table: str, given: Mapping[str, Any]) -> Term:
    try:
        term = Term(**given)
    except TypeError as error:
        raise Misclassified(f"{table}: 期限写得不对（{error}）") from error
    ways = [bool(term.for_ever), bool(term.after), bool(term.job), bool(term.parent)]
    if sum(ways) != 1:
        raise Misclassified(f"{table}: 期限要且只要一种（for_ever、after、job、parent）")
    if (term.after or term.job) and not 0 < term.days <= DAYS_MAX:
        raise Misclassified(f"{table}: 期限要写天数")
    if (term.parent or term.of) and not term.through:
        raise Misclassified(f"{table}: 要写明经哪一列到上级表（through）")
    if not term.for_ever and not term.parent and not term.because:
        raise Misclassified(f"{table}: 期限要写理由（because）")
    if term.then not in (DELETE, ERASE):
        raise Misclassified(f"{table}: 到期只能 delete 或 erase")
    return term
