"""Personal values as a page may show them. What is masked is absent from edit payloads, never written back."""

from __future__ import annotations

from typing import Final

_ID_NUMBER_LENGTH: Final = 18  # GB 11643: county 6, birth date 8, sequence 3, check digit 1


def mask_id_number(value: str) -> str:
    """``330683************``: the county alone stays.

    The birth date often stands beside it, and the last digit is reckoned from the others: with a digit of the sequence
    and the check digit nine numbers are left to try, with neither a thousand. Of other papers nothing stays but the
    length.
    """
    return value[:6] + "*" * (len(value) - 6) if len(value) == _ID_NUMBER_LENGTH else "*" * len(value)


def mask_phone(value: str) -> str:
    """``138****5678``."""
    return value[:3] + "*" * (len(value) - 7) + value[-4:] if len(value) > 7 else "*" * len(value)


def mask_name(value: str) -> str:
    """``王*`` or ``王*华``: for pages that others than officials see."""
    if len(value) <= 1:
        return value
    return value[0] + "*" * (len(value) - 2) + (value[-1] if len(value) > 2 else "*")
