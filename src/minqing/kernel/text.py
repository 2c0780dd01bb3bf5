"""Text as people really send it: cleaned once, at the form, before anyone compares or stores it."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

_KEEP = {"\n", "\t"}
# Zero-width joiners and marks, direction overrides, soft hyphen, byte-order mark: they hide text or turn it round.
_DROP = {
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2060, 0x2070)),
} | {
    "\u00ad",
    "\ufeff",
    "\u061c",
    "\u180e",
}


def clean(value: str) -> str:
    """Return NFC text without control, zero-width and direction characters, trimmed, line ends ``\\n``."""
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (
        c
        for c in value
        if c in _KEEP or (c not in _DROP and unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Co"))
    )
    return "".join(kept).strip()


def clean_line(value: str) -> str:
    """Return cleaned text on one line, runs of blanks folded."""
    return " ".join(clean(value).split())


def without(value: str, names: tuple[str, ...], instead: str) -> str:
    """Return the text with every one of the names replaced; longer ones first, so that none leaves a rest."""
    for name in sorted({one for one in names if len(one) > 1}, key=len, reverse=True):
        value = value.replace(name, instead)
    return value


class CleanCharField(forms.CharField):
    """One line of cleaned text."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class CleanTextField(forms.CharField):
    """Several lines of cleaned text."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")
