"""Know a step that was sent twice: a slow phone sends again what was taken the first time.

A form carries the number of the leg it was made for. The same person, leg, step and content are the same step: the
second time gets the first answer. Anything else on an old leg is somebody who was slower, and a conflict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from minqing.cases.models_joint import DIGEST_LENGTH

SENT_KEPT: Final = 6  # steps that a phone may lag behind


def fingerprint(
    *, who: UUID | str, leg: int, step: str, values: Mapping[str, str], pictures: Iterable[bytes] = ()
) -> str:
    """Return what tells one sent step from another; nothing can be read from it."""
    known = hashlib.sha256(json.dumps([str(who), leg, step, sorted(values.items())]).encode())
    for picture in pictures:
        known.update(hashlib.sha256(picture).digest())
    return known.hexdigest()[:DIGEST_LENGTH]


def remembered(sent: Sequence[str], this: str) -> list[str]:
    """Return the steps sent last, with this one added."""
    return [*sent, this][-SENT_KEPT:]
