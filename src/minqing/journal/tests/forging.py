"""What a superuser without the signing key can do: rewrite leaves, subtrees and seals so that they fit each other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from minqing.journal.rules import EMPTY_ROOT, Frontier, entry_leaf
from minqing.journal.sealing import OPEN_PART, REST
from minqing.journal.signing import ED25519, Root, state_hash
from minqing.kernel.ids import uuid7
from minqing.kernel.settings import settings

Db = psycopg.Connection[Any]


def forge_tree(db: Db) -> None:
    """Compute every leaf and every seal anew over what the entries say now, signed with a key of one's own."""
    rows = db.execute(
        f"SELECT l.id, convert_to({OPEN_PART}, 'UTF8'), convert_to({REST}, 'UTF8')"
        " FROM journal_leaf l JOIN journal_entry e ON e.id = l.id ORDER BY l.position"
    ).fetchall()
    leaves = [entry_leaf(bytes(open_part), bytes(rest)) for _, open_part, rest in rows]
    db.execute("UPDATE journal_leaf SET position = -1 - position")
    with db.cursor() as cursor:
        cursor.executemany(
            "UPDATE journal_leaf SET position = %s, hash = %s WHERE id = %s",
            [
                (number, leaf, id_)
                for number, (leaf, (id_, _, _)) in enumerate(zip(leaves, rows, strict=True))
            ],
        )
    previous = EMPTY_ROOT
    key = Ed25519PrivateKey.generate()
    for number, at, size, horizon, swept in db.execute(
        "SELECT number, at, size, horizon, swept FROM journal_seal ORDER BY number"
    ).fetchall():
        tree = Frontier()
        tree.extend(leaves[:size])
        root = Root(
            county=settings().county, number=number, size=tree.size, root=tree.root(), previous=previous, at=at,
            state=state_hash(peaks=tree.packed(), horizon=horizon, swept=swept), key_id=1,
        )  # fmt: skip
        db.execute(
            "UPDATE journal_seal SET size = %s, root = %s, previous = %s, peaks = %s, signature = %s WHERE number = %s",
            [
                tree.size,
                tree.root(),
                previous,
                tree.packed(),
                ED25519 + key.sign(root.text().encode()),
                number,
            ],
        )
        previous = tree.root()


def weave_in(db: Db, *, like: UUID, position: int | None = None, id_: UUID | None = None) -> UUID:
    """Put an entry in that resembles another, as if it had always been there; with a leaf at a position if asked."""
    made = id_ or uuid7()
    db.execute(
        "INSERT INTO journal_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', %s::text,"
        " 'person_name', '塞进来的人'))).* FROM journal_entry e WHERE id = %s",
        [str(made), like],
    )
    if position is not None:
        db.execute("UPDATE journal_leaf SET position = -2 - position WHERE position >= %s", [position])
        db.execute("UPDATE journal_leaf SET position = -1 - position WHERE position < 0")
        db.execute("INSERT INTO journal_leaf (id, position, hash) VALUES (%s, %s, '')", [made, position])
    return made
