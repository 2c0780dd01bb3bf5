"""协办：联办件里一个单位的那一份。One assisting unit's part of a case, with a clock of its own."""

from minqing.cases.procedures.vocabulary import PART_FIRST_RETURN, PART_RETURNED_BEFORE, PHOTO, REASON
from minqing.kernel.access import Role
from minqing.kernel.roles import COUNTY_DISPATCHER, HANDLER, SUPERVISOR, TOWN_DISPATCHER
from minqing.workflow.public import Need, Procedure, State, Step, working_days

# Whoever may conclude the case of which this is a part: the unit that leads it, or who stands in for that unit.
LEAD = Role("lead", "主办单位")
DISPATCHERS = (TOWN_DISPATCHER, COUNTY_DISPATCHER)
ANSWER = Need("answer", "协办答复", help="写清楚你们做了什么、结论是什么。主办单位据此办结。")


class Assist(Procedure):
    key = "assist"
    title = "协办"
    unit_from_start = True
    subject_kind = "part"

    # fmt: off
    asked     = State("待协办",     within=working_days(3), start=True, turn=HANDLER)
    returned  = State("待裁定协办", within=working_days(1), turn=DISPATCHERS)
    returned_again = State("再次退单待裁定协办", within=working_days(1), turn=SUPERVISOR)
    answered  = State("已答复",     final=True)
    overruled = State("主办已否决", final=True)
    withdrawn = State("已撤回",     final=True)

    answer   = Step("答复主办单位", asked, to=answered, by=HANDLER, needs=[ANSWER, PHOTO])
    decline  = Step("退单",         asked, to=returned, by=HANDLER, needs=[REASON], only_if=[PART_FIRST_RETURN])
    decline_again = Step("再次退单", asked, to=returned_again, by=HANDLER, needs=[REASON],
                         only_if=[PART_RETURNED_BEFORE])
    insist   = Step("仍由其协办",   returned, to=asked, by=DISPATCHERS, needs=[REASON])
    agree    = Step("同意退单",     returned, to=withdrawn, by=DISPATCHERS, needs=[REASON])
    insist_again = Step("督查裁定：仍由其协办", returned_again, to=asked, by=SUPERVISOR, needs=[REASON])
    agree_again = Step("督查裁定：同意退单", returned_again, to=withdrawn, by=SUPERVISOR, needs=[REASON])
    overrule = Step("否决，不再等待", [asked, returned, returned_again], to=overruled, by=LEAD, needs=[REASON])
    withdraw = Step("撤回协办",     [asked, returned], to=withdrawn, by=[LEAD, *DISPATCHERS], needs=[REASON])
    # What waits for a supervisor is no dispatcher's to settle by another name.
    withdraw_again = Step("主办撤回协办", returned_again, to=withdrawn, by=LEAD, needs=[REASON])
    # fmt: on
