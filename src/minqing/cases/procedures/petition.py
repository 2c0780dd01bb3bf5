"""信访：登记受理→办理→答复→复查→复核。Petitions, by 《信访工作条例》 (in force 2022-05-01).

The terms stand in ``TERMS`` with the article each comes from; the handling term may be extended once, by at most thirty
days, with the approval of whoever answers for the office (article 34).
"""

from dataclasses import dataclass
from typing import Final

from minqing.cases.procedures.vocabulary import ADVICE, REASON, RESULT, TOPIC, UNIT
from minqing.kernel.roles import HANDLER, PETITION_OFFICER, REVIEWER, TOWN_SECRETARY
from minqing.workflow.public import (
    CLOCK,
    REPORTER,
    SPONSOR,
    Leeway,
    Need,
    NeedKind,
    Procedure,
    State,
    Step,
    Within,
    calendar_days,
    working_days,
)


@dataclass(frozen=True, slots=True)
class StatutoryTerm:
    """A term set by law: of which state, how long, and where that is written."""

    state: str
    within: Within
    source: str


def _source(article: str) -> str:
    return f"《信访工作条例》{article}"


TERMS: Final = {
    one.state: one
    for one in (
        StatutoryTerm("registered", calendar_days(15), _source("第二十二条、第二十三条")),
        StatutoryTerm("handling", calendar_days(60), _source("第三十四条")),
        StatutoryTerm("answered", calendar_days(30), _source("第三十五条")),
        StatutoryTerm("reviewing", calendar_days(30), _source("第三十五条")),
        StatutoryTerm("reviewed", calendar_days(30), _source("第三十六条")),
        StatutoryTerm("rechecking", calendar_days(30), _source("第三十六条")),
    )
}
OPINION = Need(
    "written_opinion", "处理意见书", help="写明事实、依据和处理意见，以及不服可以在 30 日内申请复查。"
)
REVIEW_OPINION = Need("review_opinion", "复查意见书", help="写明复查结论，以及不服可以在 30 日内申请复核。")
RECHECK_OPINION = Need(
    "recheck_opinion", "复核意见书", help="写明复核结论。此后以同一事实和理由再提出的，不再受理。"
)
WHERE_TO = Need("transferred_to", "转送到哪里", NeedKind.TEXT, help="有权处理的机关、单位。")


class Petition(Procedure):
    key = "petition"
    title = "信访"
    # Once, by at most half of sixty days, granted by whoever answers for the office (article 34).
    leeway = Leeway(
        approvers=(TOWN_SECRETARY, REVIEWER), extensions_max=1, extension_percent_max=50, pauses_max=0
    )

    # fmt: off
    registered = State("待受理决定", within=TERMS["registered"].within, source=TERMS["registered"].source, start=True)
    handling   = State("办理中",     within=TERMS["handling"].within, source=TERMS["handling"].source,
                       turn=(HANDLER, SPONSOR))
    drafting   = State("待出具处理意见", within=working_days(5))
    answered   = State("已答复，可申请复查", within=TERMS["answered"].within, source=TERMS["answered"].source)
    reviewing  = State("复查中",     within=TERMS["reviewing"].within, source=TERMS["reviewing"].source)
    reviewed   = State("已复查，可申请复核", within=TERMS["reviewed"].within, source=TERMS["reviewed"].source)
    rechecking = State("复核中",     within=TERMS["rechecking"].within, source=TERMS["rechecking"].source)
    settled    = State("已办结",     final=True)
    ended      = State("信访终结",   final=True)
    not_accepted = State("不予受理", final=True)
    transferred  = State("已转送",   final=True)
    withdrawn    = State("已撤回",   final=True)

    accept    = Step("受理",       registered, to=handling, by=PETITION_OFFICER, needs=[UNIT, TOPIC, ADVICE])
    decline   = Step("不予受理",   registered, to=not_accepted, by=PETITION_OFFICER, needs=[REASON])
    transfer  = Step("转送",       registered, to=transferred, by=PETITION_OFFICER, needs=[WHERE_TO, REASON])
    take_back = Step("撤回",       [registered, handling, drafting], to=withdrawn, by=REPORTER, needs=[REASON])

    report    = Step("办理情况上报", handling, to=drafting, by=[HANDLER, SPONSOR], needs=[RESULT])
    reassign  = Step("改由别的单位办理", handling, to=handling, by=PETITION_OFFICER, needs=[UNIT, REASON])
    send_back = Step("退回补充",   drafting, to=handling, by=PETITION_OFFICER, needs=[REASON])
    answer    = Step("出具处理意见", drafting, to=answered, by=PETITION_OFFICER, needs=[OPINION])

    ask_review  = Step("申请复查", answered, to=reviewing, by=[REPORTER, PETITION_OFFICER], needs=[REASON])
    content     = Step("息诉息访", [answered, reviewed], to=settled, by=[REPORTER, PETITION_OFFICER], needs=[REASON])
    no_review   = Step("期满未申请复查", answered, to=settled, by=CLOCK)
    review      = Step("出具复查意见", reviewing, to=reviewed, by=REVIEWER, needs=[REVIEW_OPINION])
    undo_answer = Step("撤销原意见，重新办理", reviewing, to=handling, by=REVIEWER, needs=[REASON])

    ask_recheck = Step("申请复核", reviewed, to=rechecking, by=[REPORTER, PETITION_OFFICER], needs=[REASON])
    no_recheck  = Step("期满未申请复核", reviewed, to=settled, by=CLOCK)
    recheck     = Step("出具复核意见", rechecking, to=ended, by=REVIEWER, needs=[RECHECK_OPINION])
    undo_review = Step("撤销复查意见，重新办理", rechecking, to=handling, by=REVIEWER, needs=[REASON])
    # fmt: on
