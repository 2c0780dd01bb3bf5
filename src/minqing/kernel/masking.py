"""Personal values as a page may show them. What is masked is absent from edit payloads, never written back."""

from __future__ import annotations


def mask_id_number(value: str) -> str:
    """``330683********1234`` → the six of the county and the last two stay: enough to tell two people apart."""
    return value[:6] + "*" * (len(value) - 8) + value[-2:] if len(value) > 8 else "*" * len(value)


def mask_phone(value: str) -> str:
    """``138****5678``."""
    return value[:3] + "*" * (len(value) - 7) + value[-4:] if len(value) > 7 else "*" * len(value)


def mask_name(value: str) -> str:
    """``王*`` or ``王*华``: for pages that others than officials see."""
    if len(value) <= 1:
        return value
    return value[0] + "*" * (len(value) - 2) + (value[-1] if len(value) > 2 else "*")
