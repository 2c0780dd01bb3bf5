"""What is sealed opens for its row and column alone, under either algorithm and any key still held."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from minqing.kernel import sealed
from minqing.kernel.ids import uuid7
from minqing.kernel.sealed import AES, HEADER_BYTES, SM4, UNBOUND, Unreadable, seal, unseal, unseal_unbound
from minqing.kernel.settings import MissingSetting, settings
from minqing.registry.models import Enterprise

PLACE = "resident_identity.phone"
ROW = UUID("01937f2a-0000-7000-8000-000000000001")
PHONE = "13812345678"
ALGORITHMS = {"aes": AES, "sm4": SM4}


def keys(*numbers: int) -> str:
    return ",".join(f"{number}:{b64encode(bytes([number]) * 32).decode()}" for number in numbers)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets the keys and the algorithm."""

    def hold(*numbers: int, cipher: str = "aes") -> None:
        monkeypatch.setenv("MINQING_KEYS", keys(*numbers))
        monkeypatch.setenv("MINQING_CIPHER", cipher)
        settings.cache_clear()

    yield hold
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("cipher", ALGORITHMS)
def test_a_value_opens_where_it_was_sealed_and_nowhere_else(cipher: str, held: Any) -> None:
    held(1, cipher=cipher)
    box = seal(PHONE, place=PLACE, row=ROW)
    assert box[:HEADER_BYTES] == bytes((ALGORITHMS[cipher], 1))
    assert PHONE.encode() not in box
    assert unseal(box, place=PLACE, row=ROW) == PHONE
    assert seal(PHONE, place=PLACE, row=ROW) != box, "a nonce of its own each time"
    for place, row in ((PLACE, uuid7()), ("resident_identity.id_number", ROW)):
        with pytest.raises(Unreadable):
            unseal(box, place=place, row=row)


@pytest.mark.parametrize("cipher", ALGORITHMS)
def test_the_boxes_of_two_rows_swapped_do_not_open(cipher: str, held: Any) -> None:
    held(1, cipher=cipher)
    mine, yours = ROW, uuid7()
    boxes = {row: seal(f"138{row.int % 10**8:08}", place=PLACE, row=row) for row in (mine, yours)}
    for row, other in ((mine, yours), (yours, mine)):
        with pytest.raises(Unreadable):
            unseal(boxes[other], place=PLACE, row=row)


def test_both_algorithms_and_all_keys_are_read_side_by_side(held: Any) -> None:
    boxes = []
    for number in (1, 2):
        for cipher in ALGORITHMS:
            held(*range(1, number + 1), cipher=cipher)
            boxes.append(seal(PHONE, place=PLACE, row=ROW))
    assert [box[0] for box in boxes] == [AES, SM4, AES, SM4]
    assert [box[1] for box in boxes] == [1, 1, 2, 2]
    assert {unseal(box, place=PLACE, row=ROW) for box in boxes} == {PHONE}
    held(2)
    assert [unseal(box, place=PLACE, row=ROW) for box in boxes[2:]] == [PHONE, PHONE]
    for box in boxes[:2]:
        with pytest.raises(Unreadable):
            unseal(box, place=PLACE, row=ROW)


def test_a_rewritten_header_a_short_box_and_the_first_layout_do_not_open(held: Any) -> None:
    held(1, 2)
    box = seal(PHONE, place=PLACE, row=ROW)
    for bad in (
        b"", box[:1], box[:14], box[:-1], bytes((SM4, box[1])) + box[2:], bytes((AES, 1)) + box[2:],
        bytes((9, 2)) + box[2:], bytes((UNBOUND, 2)) + box[2:], box[:-1] + bytes([box[-1] ^ 1]),
    ):  # fmt: skip
        with pytest.raises(Unreadable):
            unseal(bad, place=PLACE, row=ROW)
        with pytest.raises(Unreadable):
            unseal_unbound(bad, place=PLACE)


def test_any_text_comes_back() -> None:
    @given(st.text(min_size=1), st.uuids())
    def back(value: str, row: UUID) -> None:
        try:
            value.encode()
        except UnicodeEncodeError:  # half a surrogate pair: no text, and no form lets it in
            return
        assert unseal(seal(value, place=PLACE, row=row), place=PLACE, row=row) == value

    back()


def test_sm4_gcm_agrees_with_the_standard() -> None:
    """RFC 8998, appendix A.1."""
    cipher = sealed._Sm4Gcm(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    more = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([one]) * 8 for one in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    boxed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.encrypt(nonce, plain, more) == boxed
    assert cipher.decrypt(nonce, boxed, more) == plain
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, boxed, more + b"x")


def test_without_sm4_a_sentence_says_what_to_set(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(*_: object) -> bytes:
        raise UnsupportedAlgorithm("no SM4")

    held(7, cipher="sm4")
    monkeypatch.setattr(sealed._Sm4Gcm, "encrypt", lacks)
    with pytest.raises(MissingSetting, match="MINQING_CIPHER"):
        seal(PHONE, place=PLACE, row=ROW)


def test_an_unknown_cipher_is_refused_with_a_sentence(held: Any) -> None:
    held(1, cipher="des")
    with pytest.raises(MissingSetting, match="MINQING_CIPHER"):
        settings()


def test_the_field_shows_text_and_keeps_boxes() -> None:
    row = Enterprise(id=ROW, phone=PHONE)
    field: Any = Enterprise._meta.get_field("phone")
    assert row.phone == PHONE
    box = field.pre_save(row, True)
    assert unseal(box, place="enterprise.phone", row=ROW) == PHONE
    row.phone = box  # as it comes from the database
    assert row.phone == PHONE
    assert field.pre_save(row, False) is box, "what was not changed is not sealed anew"
    assert field.pre_save(Enterprise(id=ROW, phone=""), True) is None
    moved = Enterprise(id=uuid7(), phone=box)
    with pytest.raises(Unreadable):
        assert moved.phone


@pytest.mark.django_db
def test_text_reaches_the_column_only_through_its_row() -> None:
    with pytest.raises(TypeError, match="save"):
        Enterprise.everything.update(phone=PHONE)
    with pytest.raises(TypeError, match="save"):
        Enterprise.everything.filter(phone=PHONE).exists()
    with pytest.raises(TypeError, match="save"):
        Enterprise.everything.bulk_update([Enterprise(id=ROW, phone=PHONE)], ["phone"])
    assert issubclass(type(Enterprise._meta.get_field("phone")), models.BinaryField)


def test_a_nonce_is_as_long_as_the_standard_asks() -> None:
    assert sealed.NONCE_BYTES == 12
    assert len(seal("", place=PLACE, row=ROW)) == HEADER_BYTES + 12 + 16
    assert os.urandom(12) != os.urandom(12)
