"""Which roots the journal must have: those published, and those that the database's own seals claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from minqing.journal.findings import Finding
from minqing.journal.published import read_roots
from minqing.journal.rules import EMPTY_ROOT, Frontier
from minqing.journal.signing import Root, Unreadable, state_hash
from minqing.kernel import clock

_SEALS: Final = (
    "SELECT number, at, size, root, previous, peaks, horizon, swept, key_id, signature "
    "FROM journal_seal ORDER BY number"
)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Expected:
    """A root for every size that was sealed, and how far the last sound seal had looked."""

    roots: dict[int, Root] = field(default_factory=dict)
    published: dict[int, Root] = field(default_factory=dict)  # by number
    published_size: int = 0
    horizon: int | None = None
    swept_horizon: int = 0
    swept_hour: datetime = _NEVER
    told: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def complain(self, sentence: str) -> None:
        """Add a finding about a seal or a published root."""
        self.findings.append(Finding.seal(sentence))


def expected(
    connection: psycopg.Connection[Any], files: list[Path], *, keys: Mapping[int, bytes], county: str
) -> Expected:
    """Read and check all signed roots, published ones first: where the database says otherwise, it is wrong."""
    known = Expected()
    try:
        for where, root in read_roots(files):
            _add_published(known, where, root, keys, county)
    except Unreadable as error:
        known.complain(str(error))
    known.published_size = max(known.roots, default=0)
    _add_seals(known, connection, keys, county)
    return known


def _add_published(known: Expected, where: str, root: Root, keys: Mapping[int, bytes], county: str) -> None:
    if root.county != county or not root.is_signed(keys):
        known.complain(f"公布的根（{where}）的签名不对，不能作准。")
        return
    if root.because:
        _resumed(known, root)
        return
    other = known.roots.get(root.size)
    if other is not None and other.root != root.root:
        known.complain(
            f"公布的根（{where}）与先前公布的同样条数的根不同，签名却都是真的：请检查签名密钥是否外泄。"
        )
        return
    known.roots[root.size] = known.published[root.number] = root


def _resumed(known: Expected, root: Root) -> None:
    """Let a signed resumption take back what was sealed after it; that much was lost, and said so."""
    lost = [size for size in known.roots if size > root.size]
    for size in lost:
        del known.roots[size]
    for number in [number for number in known.published if number > root.number]:
        del known.published[number]
    at = f"{clock.local(root.at):%Y-%m-%d %H:%M}"
    if lost:
        known.told.append(
            f"{at} 从第 {root.size:,} 条之后重新开始，此前公布过的第 {root.size + 1:,} 条至第 {max(lost):,} 条"
            f"不在其中。原因：{root.because}"
        )
    else:
        known.told.append(f"{at} 恢复备份后继续，没有少记录。原因：{root.because}")


def _add_seals(
    known: Expected, connection: psycopg.Connection[Any], keys: Mapping[int, bytes], county: str
) -> None:
    count, size, before = 0, 0, EMPTY_ROOT
    for row in connection.execute(_SEALS):
        number, at, size_now, root_bytes, previous, peaks, horizon, swept, key_id, signature = row
        root = Root(
            county=county, number=number, size=size_now, root=bytes(root_bytes), previous=bytes(previous), at=at,
            state=state_hash(peaks=bytes(peaks), horizon=horizon, swept=swept), key_id=key_id,
            signature=bytes(signature),
        )  # fmt: skip
        sentence = _wrong(known, root, bytes(peaks), keys, is_next=number == count and size_now >= size)
        if not sentence and root.previous != before:
            sentence = "与上一次封存接不上"
        if sentence:
            known.complain(
                f"第 {number + 1:,} 次封存（{clock.local(at):%Y-%m-%d %H:%M}，{size_now:,} 条）{sentence}。"
            )
        else:
            known.roots.setdefault(root.size, root)
            known.horizon = horizon
            if swept:
                known.swept_horizon, known.swept_hour = horizon, clock.to_the_hour(at)
        count, size, before = number + 1, size_now, root.root
    missing = max(known.published, default=-1) + 1 - count
    if missing > 0:
        known.complain(f"数据库里少了最后 {missing:,} 次封存，它们已经公布过。")


def _wrong(known: Expected, root: Root, peaks: bytes, keys: Mapping[int, bytes], *, is_next: bool) -> str:
    """Say what is wrong with a seal of the database; nothing when it is sound."""
    if not root.is_signed(keys):
        return "被改动过，签名不对"
    if not is_next:
        return "的次序或条数不对，前面有封存被删除或改动"
    published = known.published.get(root.number)
    same_size = known.roots.get(root.size)
    if any(one is not None and one.root != root.root for one in (published, same_size)):
        return "与公布的根不同"
    if published is not None and published.size != root.size:
        return "的条数与公布的不同"
    try:
        rebuilt = Frontier.of(root.size, peaks).root()
    except ValueError:
        rebuilt = b""
    return "" if rebuilt == root.root else "的树沿被改动过"
