"""热线五步：签收→审核交办→审核办理→办结审核→回访反馈。The 12345 hotline's five steps (银湖)."""

from minqing.cases.procedures.vocabulary import (
    ADVICE,
    ASK_REPORTER,
    DONE,
    FIRST_RETURN,
    IS_CONTENT,
    NOT_DONE,
    OPINION,
    PHOTO,
    REASON,
    REMARK,
    RESULT,
    RETURNED,
    RETURNED_BEFORE,
    RULED,
    TOPIC,
    UNIT,
)
from minqing.kernel.roles import FOLLOW_UP_CALLER, HANDLER, REVIEWER, SUPERVISOR, TOWN_DISPATCHER
from minqing.workflow.public import REPORTER, Procedure, State, Step, working_days, working_hours


class Hotline(Procedure):
    key = "hotline"
    title = "热线五步"

    # fmt: off
    received  = State("待签收",     within=working_hours(2), start=True)
    assigning = State("待审核交办", within=working_hours(4))
    handling  = State("审核办理中", within=working_days(5))
    returned  = State("退单待裁定", within=working_hours(4))
    returned_again = State("再次退单待裁定", within=working_hours(4))
    reviewing = State("待办结审核", within=working_days(1))
    following = State("待回访反馈", within=working_days(3))
    closed    = State("已办结",     final=True)
    declined  = State("不予受理",   final=True)

    sign    = Step("签收",     received, to=assigning, by=TOWN_DISPATCHER)
    assign  = Step("审核交办", assigning, to=handling, by=TOWN_DISPATCHER, needs=[UNIT, TOPIC, ADVICE])
    decline = Step("不予受理", assigning, to=declined, by=TOWN_DISPATCHER, needs=[REASON])
    conclude = Step("办结上报", handling, to=reviewing, by=HANDLER, needs=[RESULT, PHOTO])
    refuse  = Step("退单",     handling, to=returned, by=HANDLER, needs=[REASON], then=[RETURNED],
                   only_if=[FIRST_RETURN])
    refuse_again = Step("再次退单", handling, to=returned_again, by=HANDLER, needs=[REASON], then=[RETURNED],
                        only_if=[RETURNED_BEFORE])
    uphold  = Step("裁定：同意退单，改派", returned, to=handling, by=TOWN_DISPATCHER, needs=[UNIT, REASON],
                   then=[RULED])
    overrule = Step("裁定：应由原单位承办", returned, to=handling, by=TOWN_DISPATCHER, needs=[REASON], then=[RULED])
    uphold_again = Step("督查裁定：改派", returned_again, to=handling, by=SUPERVISOR, needs=[UNIT, REASON],
                        then=[RULED])
    overrule_again = Step("督查裁定：应由原单位承办", returned_again, to=handling, by=SUPERVISOR, needs=[REASON],
                          then=[RULED])
    approve = Step("审核通过", reviewing, to=following, by=REVIEWER, needs=[OPINION], then=[ASK_REPORTER])
    reject  = Step("审核退回", reviewing, to=handling, by=REVIEWER, needs=[REASON])
    confirm = Step("回访办结", following, to=closed, by=[REPORTER, FOLLOW_UP_CALLER],
                   needs=[IS_CONTENT, REMARK], then=[DONE])
    redo    = Step("没有办好", following, to=handling, by=[REPORTER, FOLLOW_UP_CALLER], needs=[REASON],
                   then=[NOT_DONE])
    unanswered = Step("联系不上，先办结", following, to=closed, by=FOLLOW_UP_CALLER, needs=[REASON])
    # fmt: on
