"""初访 and 重访: whether somebody comes for the first time with a matter, or once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minqing.cases.facts import fact
from minqing.cases.models import Case, Contact
from minqing.workflow import public as workflow

# Whoever comes again within a year with the same sort of matter was not helped the first time.
WITHIN: Final = timedelta(days=365)


@fact("repeated_visit")
def is_repeated(case: Case, run: workflow.Run) -> bool:
    """Whether the same reporter brought a matter of the same topic within the year before.

    Known by the telephone number they left (its blind index); who leaves none always comes for the first time.
    """
    if case.topic_id is None or case.is_anonymous:
        return False
    index = Contact.objects.filter(case=case).exclude(phone_index=None).values("phone_index")
    earlier = Contact.objects.filter(phone_index__in=index).exclude(case=case).values("case_id")
    return (
        Case.objects.unscoped("whether it is a repeated visit, nothing else")
        .filter(id__in=earlier, topic_id=case.topic_id)
        .filter(opened_at__lt=case.opened_at, opened_at__gte=case.opened_at - WITHIN)
        .exists()
    )


@fact("first_visit")
def is_first(case: Case, run: workflow.Run) -> bool:
    """Whether it is no repeated visit."""
    return not is_repeated(case, run)
