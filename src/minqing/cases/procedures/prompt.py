"""即办：村里马上办的事。A worry that the village settles itself; what it cannot, it lifts to the town."""

from minqing.cases.procedures.vocabulary import (
    ADVICE,
    ASK_REPORTER,
    DONE,
    FIRST_RETURN,
    IS_CONTENT,
    NOT_DONE,
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
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    SUPERVISOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.workflow.public import REPORTER, Procedure, State, Step, working_days, working_hours

VILLAGE = (VILLAGE_CLERK, VILLAGE_SECRETARY)


class Prompt(Procedure):
    key = "prompt"
    title = "即办"

    # fmt: off
    reported    = State("待受理",   within=working_hours(4), start=True)
    handling    = State("村里办理中", within=working_days(3))
    dispatching = State("待镇街交办", within=working_days(1))
    with_unit   = State("单位办理中", within=working_days(5))
    returned    = State("退单待裁定", within=working_hours(4))
    returned_again = State("再次退单待裁定", within=working_hours(4))
    asking      = State("待群众确认", within=working_days(2))
    closed      = State("已办结",   final=True)
    declined    = State("不予受理", final=True)

    accept  = Step("受理",     reported, to=handling, by=VILLAGE, needs=[TOPIC])
    decline = Step("不予受理", reported, to=declined, by=VILLAGE, needs=[REASON])
    finish  = Step("办好了",   handling, to=asking, by=[*VILLAGE, GRID_WORKER], needs=[RESULT, PHOTO],
                   then=[ASK_REPORTER])
    lift    = Step("上报镇街", [reported, handling], to=dispatching, by=VILLAGE, needs=[REASON])
    assign  = Step("交办",     dispatching, to=with_unit, by=TOWN_DISPATCHER, needs=[UNIT, TOPIC, ADVICE])
    hand_back = Step("退回村里", dispatching, to=handling, by=TOWN_DISPATCHER, needs=[REASON])
    conclude = Step("办结上报", with_unit, to=asking, by=HANDLER, needs=[RESULT, PHOTO], then=[ASK_REPORTER])
    refuse  = Step("退单",     with_unit, to=returned, by=HANDLER, needs=[REASON], then=[RETURNED],
                   only_if=[FIRST_RETURN])
    refuse_again = Step("再次退单", with_unit, to=returned_again, by=HANDLER, needs=[REASON], then=[RETURNED],
                        only_if=[RETURNED_BEFORE])
    uphold  = Step("裁定：同意退单，改派", returned, to=with_unit, by=TOWN_DISPATCHER, needs=[UNIT, REASON],
                   then=[RULED])
    overrule = Step("裁定：应由原单位承办", returned, to=with_unit, by=TOWN_DISPATCHER, needs=[REASON], then=[RULED])
    uphold_again = Step("督查裁定：改派", returned_again, to=with_unit, by=SUPERVISOR, needs=[UNIT, REASON],
                        then=[RULED])
    overrule_again = Step("督查裁定：应由原单位承办", returned_again, to=with_unit, by=SUPERVISOR, needs=[REASON],
                          then=[RULED])
    confirm = Step("确认办好", asking, to=closed, by=[REPORTER, GRID_WORKER, VILLAGE_CLERK], needs=[IS_CONTENT, REMARK],
                   then=[DONE])
    redo    = Step("没有办好", asking, to=handling, by=[REPORTER, GRID_WORKER, VILLAGE_CLERK], needs=[REASON],
                   then=[NOT_DONE])
    unanswered = Step("联系不上，先办结", asking, to=closed, by=VILLAGE_SECRETARY, needs=[REASON])
    # fmt: on
