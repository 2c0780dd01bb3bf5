"""联办：一个单位主办、几个单位协办，各有各的时限；都答复了（或者主办写明理由否决了）才能办结。"""

from minqing.cases.procedures.vocabulary import (
    ALL_PARTS_IN,
    ASK_REPORTER,
    ASK_UNITS,
    ASKED,
    ASSISTANTS,
    DONE,
    FIRST_RETURN,
    IS_CONTENT,
    LEAD_UNIT,
    LET_UNITS_GO,
    NOT_DONE,
    PHOTO,
    REASON,
    REMARK,
    RESULT,
    RETURNED,
    RETURNED_BEFORE,
    RULED,
    RULED_AWAY,
)
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    SUPERVISOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.workflow.public import REPORTER, Procedure, State, Step, working_days, working_hours

DISPATCHERS = (TOWN_DISPATCHER, COUNTY_DISPATCHER)
WHO_ASKS = (REPORTER, GRID_WORKER, VILLAGE_CLERK, FOLLOW_UP_CALLER)


class Joint(Procedure):
    key = "joint"
    title = "联办"

    # fmt: off
    assigning = State("待联合交办", within=working_days(1), start=True)
    handling  = State("联合办理中", within=working_days(7))
    returned  = State("退单待裁定", within=working_hours(4))
    returned_again = State("再次退单待裁定", within=working_hours(4))
    asking    = State("待群众确认", within=working_days(3))
    closed    = State("已办结",     final=True)
    declined  = State("不予受理",   final=True)

    assign   = Step("联合交办", assigning, to=handling, by=DISPATCHERS, needs=[LEAD_UNIT, ASSISTANTS, ASKED],
                    then=[ASK_UNITS])
    decline  = Step("不予受理", assigning, to=declined, by=DISPATCHERS, needs=[REASON], then=[LET_UNITS_GO])
    conclude = Step("办结上报", handling, to=asking, by=HANDLER, needs=[RESULT, PHOTO], only_if=[ALL_PARTS_IN],
                    then=[ASK_REPORTER])
    refuse   = Step("退单",     handling, to=returned, by=HANDLER, needs=[REASON], then=[RETURNED],
                    only_if=[FIRST_RETURN])
    refuse_again = Step("再次退单", handling, to=returned_again, by=HANDLER, needs=[REASON], then=[RETURNED],
                        only_if=[RETURNED_BEFORE])
    uphold   = Step("裁定：同意退单，重新交办", returned, to=assigning, by=DISPATCHERS, needs=[REASON],
                    then=[RULED_AWAY])
    overrule = Step("裁定：应由原单位主办", returned, to=handling, by=DISPATCHERS, needs=[REASON], then=[RULED])
    uphold_again = Step("督查裁定：同意退单，重新交办", returned_again, to=assigning, by=SUPERVISOR, needs=[REASON],
                        then=[RULED_AWAY])
    overrule_again = Step("督查裁定：应由原单位主办", returned_again, to=handling, by=SUPERVISOR, needs=[REASON],
                          then=[RULED])
    confirm  = Step("确认办好", asking, to=closed, by=WHO_ASKS, needs=[IS_CONTENT, REMARK], then=[DONE])
    redo     = Step("没有办好", asking, to=handling, by=WHO_ASKS, needs=[REASON], then=[NOT_DONE])
    unanswered = Step("联系不上，先办结", asking, to=closed, by=FOLLOW_UP_CALLER, needs=[REASON])
    # fmt: on
