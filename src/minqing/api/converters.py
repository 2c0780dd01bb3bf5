"""What stands in addresses of the interface beside words and ids."""

from __future__ import annotations

from typing import Final

from django.urls import register_converter

FORMS: Final = ("xml", "json")


class Written:
    """A part of an address that stays as it is written."""

    regex = ""

    def to_python(self, value: str) -> str:
        """Return it."""
        return value

    def to_url(self, value: str) -> str:
        """Return it."""
        return value


class Anything(Written):
    """The rest of an address, also over the line's end, which ``path`` leaves out."""

    regex = r"[\s\S]+"


class Form(Written):
    """``xml`` or ``json``."""

    regex = "|".join(FORMS)


register_converter(Anything, "anything")
register_converter(Form, "form")
