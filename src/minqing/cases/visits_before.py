"""初访 and 重访: whether somebody comes for the first time with a matter, or once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minqing.cases.facts import fact
from minqing.cases.models import Case, Contact
from minqing.cases.procedures.three_lines import FIRST_VISIT, REPEATED_VISIT, ThreeLines
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


def visit_words(run: workflow.Run, facts: frozenset[str]) -> tuple[str, str]:
    """Say of a matter on the three lines whether this is a first or a repeated visit, and who may end it; or nothing.

    ``facts``: of the state in which it is (``cases.facts.facts_of``); asked only where it decides who ends the matter.
    """
    if run.procedure != ThreeLines.key or run.state not in (ThreeLines.third.key, ThreeLines.town.key):
        return "", ""
    if REPEATED_VISIT.key not in facts and FIRST_VISIT.key in facts:
        who = "村书记" if run.state == ThreeLines.third.key else "镇街调度员和镇街书记"
        return "这是初访", f"这位反映人第一次为这类事来，{who}可以办结。"
    return "这是重访", "同一个人一年内为同一类事再次反映：村里不能办结，请上交镇街，由镇街书记负责到底。"


@fact("first_visit")
def is_first(case: Case, run: workflow.Run) -> bool:
    """Whether it is no repeated visit."""
    return not is_repeated(case, run)
