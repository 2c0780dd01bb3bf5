"""A proof that one entry stands in the sealed journal, which a stranger can check with nothing but the public key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from minqing.journal.findings import words_of
from minqing.journal.models import Leaf, Node
from minqing.journal.rules import (
    TILE_BITS,
    consistency_proof,
    entry_text,
    inclusion_proof,
    is_included,
    leaf_hash,
    node_hash,
)
from minqing.journal.sealing import OPEN_PART, REST, last_seal, root_of_seal
from minqing.journal.signing import Root, Unreadable, public_keys, read_public_key, write_public_key

FORMAT: Final = "minqing-journal-proof-1"
_TILE: Final = 1 << TILE_BITS
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proof:
    """The way from one entry to a signed root. Of the entry itself: its id, its time, its kind, nothing more."""

    open_part: str
    rest_hash: str
    position: int
    path: tuple[bytes, ...]
    root: Root
    public_key: str

    @property
    def leaf(self) -> bytes:
        return leaf_hash(entry_text(self.open_part, self.rest_hash).encode())

    @property
    def entry_id(self) -> UUID:
        return UUID(json.loads(self.open_part)[0])

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=json.loads(self.open_part)[1])

    @property
    def words(self) -> str:
        """Say of what sort the entry is."""
        return words_of(json.loads(self.open_part)[2])

    @property
    def leads_to_root(self) -> bool:
        return is_included(self.leaf, self.position, self.root.size, self.path, self.root.root)

    def line(self) -> dict[str, Any]:
        """Return the form that is handed out."""
        return {
            "format": FORMAT,
            "entry": self.open_part,
            "rest": self.rest_hash,
            "leaf": self.leaf.hex(),
            "position": self.position,
            "path": [step.hex() for step in self.path],
            "root": self.root.line(),
            "public_key": self.public_key,
        }

    @classmethod
    def of_line(cls, line: Any) -> Proof:
        """Read what :meth:`line` made. :class:`Unreadable` when it is something else."""
        try:
            if line["format"] != FORMAT:
                raise Unreadable("这不是一份流水证明，或由更新的版本写成。")
            made = cls(
                open_part=str(line["entry"]), rest_hash=bytes.fromhex(line["rest"]).hex(),
                position=int(line["position"]),
                path=tuple(bytes.fromhex(step) for step in line["path"]), root=Root.of_line(line["root"]),
                public_key=str(line["public_key"]),
            )  # fmt: skip
            _ = made.entry_id, made.at, made.words  # all of the open part can be read
        except Unreadable:
            raise
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise Unreadable("这不是一份流水证明：缺了内容，或写法不对。") from error
        return made


def prove(entry_id: UUID) -> Proof | None:
    """Return the proof for an entry against the newest root; None while it waits for its seal."""
    seal = last_seal()
    leaf = Leaf.objects.filter(id=entry_id).first()
    if seal is None or leaf is None or leaf.position >= seal.size:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {OPEN_PART}, encode(sha256(convert_to({REST}, 'UTF8')), 'hex')"  # noqa: S608
            " FROM journal_entry e WHERE e.id = %s",
            [entry_id],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    key = public_keys().get(seal.key_id)
    return Proof(
        open_part=found[0],
        rest_hash=found[1],
        position=leaf.position,
        path=tuple(inclusion_proof(leaf.position, seal.size, _Stored().subtree)),
        root=root_of_seal(seal),
        public_key=write_public_key(seal.key_id, key) if key else "",
    )


def prove_consistent(older: int, newer: int) -> list[bytes]:
    """Return the proof that the journal of ``newer`` entries only adds to the one of ``older``."""
    return consistency_proof(older, newer, _Stored().subtree)


def check_proof(
    line: Any, *, keys: Mapping[int, bytes] | None = None, roots: Iterable[Root] = ()
) -> tuple[bool, str]:
    """Check a proof without any database; return whether it holds, and a sentence.

    ``keys``: the county's public keys from a source that one trusts; without them the proof's own is used, and the
    sentence says so. ``roots``: published roots that one kept; the proof's root must be among them, if given.
    """
    proof = Proof.of_line(line)
    trusted = dict(keys or {})
    if not trusted and proof.public_key:
        number, key = read_public_key(proof.public_key)
        trusted[number] = key
    if str(line.get("leaf")) != proof.leaf.hex() or not proof.leads_to_root:
        return False, "证明不成立：这条记录算不出所称的根，记录或证明被改动过。"
    if not proof.root.is_signed(trusted):
        return False, "证明不成立：根的签名不对，不是这个县签的，或根被改动过。"
    kept = {(one.size, one.root) for one in roots}
    if kept and (proof.root.size, proof.root.root) not in kept:
        return False, "证明里的根不在您保存的根里：请换用包含这次封存的文件再核对。"
    whose = "" if keys else "（公钥取自证明本身，请与本县公布的公钥核对是否相同）"
    return True, (
        f"证明成立：第 {proof.position + 1:,} 条记录（{proof.words}）在 {proof.root.size:,} 条记录的封存之中，"
        f"根由本县的第 {proof.root.key_id} 号密钥签名{whose}。"
    )


class _Stored:
    """Complete subtrees out of the database: every 256 leaves a row is kept, so a few hundred rows are enough."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """Be a :data:`minqing.journal.rules.Subtree`."""
        base = level - level % TILE_BITS
        first, count = index << (level - base), 1 << (level - base)
        tile = self._tile(base, first // _TILE)
        row = tile[first % _TILE : first % _TILE + count]
        if len(row) != count:
            raise LookupError(f"no subtree {index} at level {level}")
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _tile(self, base: int, number: int) -> list[bytes]:
        if (base, number) not in self._tiles:
            span = (number * _TILE, (number + 1) * _TILE - 1)
            if base:
                rows = Node.objects.filter(level=base, index__range=span).order_by("index")
            else:
                rows = Leaf.objects.filter(position__range=span).order_by("position")  # type: ignore[assignment]
            self._tiles[base, number] = [bytes(one) for one in rows.values_list("hash", flat=True)]
        return self._tiles[base, number]
