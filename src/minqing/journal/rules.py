"""The Merkle tree of RFC 9162 (section 2.1), on nothing but SHA-256: roots, proofs, and how a stranger checks them.

A tree grows only at its right edge. What is needed to go on is the edge itself (:class:`Frontier`, at most one hash
for every bit of the size), so adding costs as many hashes as there are new leaves, and a few more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
# Complete subtrees of 256, 65,536 … leaves are kept, so that a proof reads a few hundred rows and not the journal.
TILE_BITS: Final = 8
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_ENTRY: Final = "minqing-entry-1"

# The hash of the complete subtree number ``index`` of 2**``level`` leaves.
Subtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash above two others."""
    return hashlib.sha256(_NODE + left + right).digest()


def entry_text(open_part: str, rest_hash: str) -> str:
    """Return what is hashed for an entry: what anybody may read of it, and the hash of the rest in hexadecimal."""
    return f"{_ENTRY}\n{open_part}\n{rest_hash}\n"


_ENTRY_HEAD: Final = _LEAF + f"{_ENTRY}\n".encode()


def entry_leaf(open_part: bytes, rest: bytes) -> bytes:
    """Return the leaf of an entry from the two halves of its canonical text (UTF-8)."""
    digest = hashlib.sha256(rest).hexdigest().encode()
    return hashlib.sha256(_ENTRY_HEAD + open_part + b"\n" + digest + b"\n").digest()


class Frontier:
    """The right edge of a tree: its size, and the roots of the complete subtrees that it consists of, by level."""

    def __init__(self, size: int = 0, peaks: Mapping[int, bytes] | None = None) -> None:
        self.size = size
        self.peaks: dict[int, bytes] = dict(peaks or {})

    @classmethod
    def of(cls, size: int, packed: bytes) -> Frontier:
        """Unpack what :meth:`packed` made. ``ValueError`` when it does not belong to that size."""
        levels = [level for level in range(size.bit_length()) if size >> level & 1]
        if len(packed) != HASH_BYTES * len(levels):
            raise ValueError(f"{len(packed)} bytes are no frontier of {size} leaves")
        parts = [packed[start : start + HASH_BYTES] for start in range(0, len(packed), HASH_BYTES)]
        return cls(size, dict(zip(levels, parts, strict=True)))

    def packed(self) -> bytes:
        """Return the peaks as bytes, the smallest subtree first."""
        return b"".join(self.peaks[level] for level in sorted(self.peaks))

    def root(self) -> bytes:
        """Return the root of everything added so far."""
        root = b""
        for level in sorted(self.peaks):
            root = node_hash(self.peaks[level], root) if root else self.peaks[level]
        return root or EMPTY_ROOT

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaves; return the subtrees worth keeping that became complete, as (level, index, hash)."""
        before, after = self.size, self.size + len(leaves)
        row, level = list(leaves), 0
        peaks: dict[int, bytes] = {}
        kept: list[tuple[int, int, bytes]] = []
        sha256 = hashlib.sha256
        while after >> level:
            first = before >> level
            if level and level % TILE_BITS == 0:
                kept += [(level, first + number, one) for number, one in enumerate(row)]
            if first & 1:
                row.insert(0, self.peaks[level])
            if after >> level & 1:
                peaks[level] = row[-1]
            pairs = iter(row)
            row = [sha256(_NODE + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
            level += 1
        self.size, self.peaks = after, peaks
        return kept


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves that are hashes already."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def inclusion_proof(position: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the path from a leaf to the root of a tree of ``size`` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if position < middle:
            path.append(_range_root(middle, high, subtree))
            high = middle
        else:
            path.append(_range_root(low, middle, subtree))
            low = middle
    return path[::-1]


def is_included(leaf: bytes, position: int, size: int, path: Iterable[bytes], root: bytes) -> bool:
    """Tell whether a path leads from the leaf at a position to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    here, last, hash_ = position, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            hash_ = node_hash(step, hash_)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, step)
        here, last = here >> 1, last >> 1
    return last == 0 and hash_ == root


def consistency_proof(older: int, newer: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of ``newer`` leaves begins with the one of ``older`` (RFC 9162, 2.1.4.1)."""
    if not 0 < older <= newer:
        raise ValueError(f"no proof from {older} to {newer} leaves")
    low, high, whole, proof = 0, newer, True, []
    while older != high:
        middle = low + _split(high - low)
        if older <= middle:
            proof.append(_range_root(middle, high, subtree))
            high = middle
        else:
            proof.append(_range_root(low, middle, subtree))
            low, whole = middle, False
    if not whole:
        proof.append(_range_root(low, high, subtree))
    return proof[::-1]


def is_consistent(
    older: int, newer: int, older_root: bytes, newer_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the newer tree only adds to the older one (RFC 9162, 2.1.4.2)."""
    if older == newer:
        return older_root == newer_root and not proof
    if not 0 < older < newer or not proof:
        return False
    path = list(proof)
    if older & (older - 1) == 0:
        path.insert(0, older_root)
    here, last = older - 1, newer - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == older_root and second == newer_root


def subtrees_of(leaves: Sequence[bytes]) -> Subtree:
    """Return the subtrees of leaves that are all at hand."""

    def subtree(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    return subtree


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(low: int, high: int, subtree: Subtree) -> bytes:
    """Return the root over the leaves from ``low`` to ``high``, which begin where such a subtree may begin."""
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return subtree(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range_root(low, middle, subtree), _range_root(middle, high, subtree))
