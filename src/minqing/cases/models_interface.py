"""What came by the interface: through which token, and whether whoever said it agrees to have it listed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from minqing.kernel.models import Row


class Submission(Row):
    """A case brought by a system or a script, with the token it came through.

    ``is_listed``: its reporter agreed that it stands in the public list, without words, by village and hour.
    """

    scoped_through: ClassVar[str] = "case"

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey("accounts.ApiToken", on_delete=models.PROTECT, related_name="+")
    is_listed = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "case_submission"
        indexes = [
            models.Index(fields=["token", "made_at"], name="case_submission_token"),
            models.Index(fields=["made_at"], condition=Q(is_listed=True), name="case_submission_listed"),
        ]
