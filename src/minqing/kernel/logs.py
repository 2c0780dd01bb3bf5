"""What is kept out of the process's own output: the codes in the addresses of residents' pages, and traces of no use.

Django names the address of every refused request. The address of a door's page names the door, that of a receipt is
the right to it, and the line bears the second: together more than an anonymous reporter agreed to leave.
"""

from __future__ import annotations

import logging
import re
from typing import Final

# /d/CODE/…, /r/CODE/… and the same under the interface.
_CODES: Final = re.compile(r"(/(?:d|r|receipts)/)[^\s/?\"']+", re.IGNORECASE)


class WithoutCodes(logging.Filter):
    """Replace codes in a record's words by an ellipsis; every record still passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place."""
        words = record.getMessage()
        cleaned = _CODES.sub(r"\1…", words)
        if cleaned != words:
            record.msg, record.args = cleaned, None
        return True


class WithoutTrace(logging.Filter):
    """Keep one line of a record and leave out its trace: somebody sent too much, nothing here is broken."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place."""
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True
