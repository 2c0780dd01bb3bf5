"""What not even the village's own officials read on a page: whole numbers, and petitions that others work on."""

from __future__ import annotations

from typing import Final

from minqing.cases.public import SEE_CONTACT, SEE_PETITIONS
from minqing.kernel.roles import ROLES
from tests.asking import Answer
from tests.canary import NUMBERS, Planted
from tests.canary_cases import CONTACT_PHONE, SEALED_CANARY
from tests.fillings import Place

# Whoever calls back asks for the number of one case, and that is an entry.
CALLS_FROM: Final = {"case_call", "call"}


def laid_open(planted: Planted, role: str, place: Place, answer: Answer) -> list[str]:
    """Return what a page of the village told a role of it beyond what anybody there should read."""
    may_call = ROLES[role] in SEE_CONTACT.held_by
    calls = may_call and place.address.name.rpartition(":")[2] in CALLS_FROM
    numbers = [one for one in NUMBERS if one in answer.text and not (calls and one == CONTACT_PHONE)]
    sealed = [one for one in _sealed_to(planted, role) if one in answer.text]
    return numbers + [f"of a petition {one}" for one in sealed]


def _sealed_to(planted: Planted, role: str) -> set[str] | frozenset[str]:
    if ROLES[role] in SEE_PETITIONS.held_by:
        return frozenset()
    if role == "handler":  # the second was given to this unit
        return {str(planted.sealed[0].id), planted.sealed[0].number, planted.sealed[0].receipt_code}
    if role == "auditor":  # reads who did what to which case, and none of its words
        return {SEALED_CANARY, *(one.receipt_code for one in planted.sealed)}
    return planted.sealed_secrets
