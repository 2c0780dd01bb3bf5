"""Refusals: sentences in Chinese that a person can act on, raised by services and shown by pages."""

from __future__ import annotations


class Refused(Exception):
    """Something that may not be done; ``message`` is fit to show, ``field`` names the input it is about."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """The actor lacks the capability here (403)."""


class NotThere(Refused):
    """Not there or not yours: the two look the same (404)."""

    def __init__(self, message: str = "没有找到，或者不在您的辖区内。") -> None:
        super().__init__(message)


class Conflict(Refused):
    """Somebody else was quicker, or the same id came with other content (409)."""


class TooMany(Refused):
    """Too often from one place (429); ``retry_after`` in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
