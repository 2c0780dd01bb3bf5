"""An address that is kept and filled in is the one that Django makes."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from minqing.ui import addresses

CASE, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(("name", "args"), [
    ("desk:home", ()),
    ("desk:case", (CASE,)),
    ("desk:case", (str(CASE),)),
    ("desk:step", (CASE, "sign")),
    ("desk:step", (CASE, "Sign-1")),
    ("desk:template_words", (CASE, OTHER)),
    ("desk:template_words", (CASE, str(OTHER))),
    ("desk:template_words", (CASE, CASE)),
    ("desk:dossier", ("resident", CASE)),
    ("portal:receipt", ("ABCDEFGH",)),
])  # fmt: skip
def test_it_is_the_same(name: str, args: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_kept", {})
    for given in (args, [uuid4() if isinstance(one, UUID) else one for one in args], args):
        assert addresses.address(name, *given) == reverse(name, args=given)
    set_script_prefix("/county/")
    try:
        assert addresses.address(name, *args) == reverse(name, args=args)
    finally:
        set_script_prefix("/")


def test_what_is_not_there_raises_or_has_none() -> None:
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            addresses.address("desk:nowhere", CASE)
        with pytest.raises(NoReverseMatch):
            addresses.address_of("desk:case", (CASE, CASE), {}, False)
    assert addresses.address_of("desk:nowhere", (), {}, True) == ""
    assert addresses.address_of("desk:case", (), {"case_id": CASE}, False) == reverse(
        "desk:case", args=[CASE]
    )


def test_codes_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[Any, Any] = {}
    monkeypatch.setattr(addresses, "_kept", kept)
    addresses.address("portal:receipt", "ABCDEFGH")
    assert not kept
