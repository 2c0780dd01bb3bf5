"""The tree of RFC 9162 against known answers, against the RFC's own definition, and against every small forgery."""

from __future__ import annotations

import hashlib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minqing.journal.rules import (
    EMPTY_ROOT,
    TILE_BITS,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
    subtrees_of,
)

# The eight leaves with which implementations of Certificate Transparency are compared, and the roots over the first
# one, two … of them.
DATA: Final = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS: Final = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES: Final = [leaf_hash(one) for one in DATA]


def by_definition(leaves: list[bytes]) -> bytes:
    """Return the root as section 2.1.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def test_known_answers() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [root_of(LEAVES[:size]).hex() for size in range(1, 9)] == list(ROOTS)


def test_the_example_of_the_rfc() -> None:
    """Section 2.1.5: seven leaves, the proofs it writes out."""
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l_ = node_hash(g, h), node_hash(i, j)
    of = subtrees_of(LEAVES[:7])
    assert inclusion_proof(0, 7, of) == [b, h, l_]
    assert inclusion_proof(3, 7, of) == [c, g, l_]
    assert inclusion_proof(4, 7, of) == [f, j, k]
    assert inclusion_proof(6, 7, of) == [i, k]
    assert consistency_proof(3, 7, of) == [c, d, g, l_]
    assert consistency_proof(4, 7, of) == [l_]
    assert consistency_proof(6, 7, of) == [i, j, k]


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_tree_grown_in_any_steps_is_the_tree_of_the_definition(steps: list[int]) -> None:
    frontier, leaves = Frontier(), []
    for step in steps:
        new = [leaf_hash(bytes([step, number])) for number in range(step)]
        leaves += new
        frontier.extend(new)
        assert frontier.root() == by_definition(leaves)
        frontier = Frontier.of(frontier.size, frontier.packed())


def test_complete_subtrees_are_handed_out_once() -> None:
    leaves = [leaf_hash(number.to_bytes(4)) for number in range(1300)]
    frontier, kept = Frontier(), []
    for start in range(0, 1300, 97):
        kept += frontier.extend(leaves[start : start + 97])
    assert [(level, index) for level, index, _ in kept] == [(TILE_BITS, number) for number in range(5)]
    assert kept[3][2] == root_of(leaves[768:1024])
    with pytest.raises(ValueError, match="no frontier"):
        Frontier.of(7, b"\0" * 64)


def test_every_leaf_of_every_small_tree_is_proven_and_nothing_else() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(33)]
    for size in range(1, 34):
        root, of = root_of(leaves[:size]), subtrees_of(leaves[:size])
        for position in range(size):
            path = inclusion_proof(position, size, of)
            assert is_included(leaves[position], position, size, path, root)
            assert not is_included(leaves[position - 1], position, size, path, root) or size == 1
            assert not is_included(leaves[position], position, size, [*path, root], root)
            assert not is_included(leaves[position], position, size, path[:-1], root) or not path
            assert not is_included(leaves[position], position + 1, size, path, root) or size == 1
    assert not is_included(leaves[0], 1, 1, [], leaves[0])
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(3, 3, subtrees_of(leaves[:3]))


def test_every_small_tree_continues_every_smaller_one() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(24)]
    other = [leaf_hash(b"other"), *leaves[1:]]
    for newer in range(1, 25):
        of, root = subtrees_of(leaves[:newer]), root_of(leaves[:newer])
        for older in range(1, newer + 1):
            proof = consistency_proof(older, newer, of)
            assert is_consistent(older, newer, root_of(leaves[:older]), root, proof)
            assert not is_consistent(older, newer, root_of(other[:older]), root, proof)
            assert not is_consistent(older, newer, root_of(leaves[:older]), root_of(other[:newer]), proof)
            assert not is_consistent(older, newer, root_of(leaves[:older]), root, [*proof, root])
    assert not is_consistent(0, 3, EMPTY_ROOT, root_of(leaves[:3]), [])
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(4, 3, subtrees_of(leaves[:3]))
