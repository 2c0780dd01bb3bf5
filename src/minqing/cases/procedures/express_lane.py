"""市长直通车：镇街解决不了的企业事项。What a town cannot solve for an enterprise reaches the mayor and comes back."""

from minqing.cases.procedures.vocabulary import (
    ADVICE,
    ASK_REPORTER,
    DONE,
    IS_CONTENT,
    NOT_DONE,
    PHOTO,
    REASON,
    REMARK,
    RESULT,
    TOPIC,
    UNIT,
)
from minqing.kernel.roles import EXPRESS_OFFICER, HANDLER
from minqing.workflow.public import (
    REPORTER,
    Condition,
    Need,
    Procedure,
    State,
    Step,
    working_days,
    working_hours,
)

SLOT_BOOKED = Condition("sit_in_booked", "已预约坐班日", "请先在“坐班日”里给这件事约一个时段。")
SAT_DOWN = Condition("sat_down", "坐班日已接待", "坐班日的接待还没有记录，请先记下接待情况。")
RETURNED = Condition("mayor_returned", "已回访", "请先安排并记录市长回访，再办结。")
DECISION = Need("decision", "研究意见", help="市长或专班定了什么，由谁办、何时办好。企业看得到。")


class ExpressLane(Procedure):
    key = "express_lane"
    title = "市长直通车"

    # fmt: off
    received  = State("待专班受理", within=working_hours(4), start=True)
    sitting   = State("待坐班接待", within=working_days(10))
    deciding  = State("待研究交办", within=working_days(3))
    handling  = State("部门办理中", within=working_days(10), turn=HANDLER)
    returning = State("待市长回访", within=working_days(10))
    following = State("待企业确认", within=working_days(3))
    closed    = State("已办结",     final=True)
    declined  = State("不予受理",   final=True)

    accept   = Step("受理",       received, to=deciding, by=EXPRESS_OFFICER, needs=[TOPIC])
    sit_in   = Step("约坐班日当面谈", [received, deciding], to=sitting, by=EXPRESS_OFFICER, only_if=[SLOT_BOOKED])
    talked   = Step("接待完毕",   sitting, to=deciding, by=EXPRESS_OFFICER, needs=[DECISION], only_if=[SAT_DOWN])
    missed   = Step("企业没有来", sitting, to=deciding, by=EXPRESS_OFFICER, needs=[REASON])
    decline  = Step("不予受理",   [received, deciding], to=declined, by=EXPRESS_OFFICER, needs=[REASON])
    assign   = Step("交办",       deciding, to=handling, by=EXPRESS_OFFICER, needs=[UNIT, DECISION, ADVICE])
    report   = Step("办结上报",   handling, to=returning, by=HANDLER, needs=[RESULT, PHOTO])
    refuse   = Step("退回专班",   handling, to=deciding, by=HANDLER, needs=[REASON])
    reassign = Step("改由别的部门办理", handling, to=handling, by=EXPRESS_OFFICER, needs=[UNIT, REASON])
    visit    = Step("回访完成",   returning, to=following, by=EXPRESS_OFFICER, only_if=[RETURNED],
                    then=[ASK_REPORTER])
    send_back = Step("回访没有通过", returning, to=handling, by=EXPRESS_OFFICER, needs=[REASON], only_if=[RETURNED])
    confirm  = Step("企业确认办好", following, to=closed, by=[REPORTER, EXPRESS_OFFICER], needs=[IS_CONTENT, REMARK],
                    then=[DONE])
    redo     = Step("没有办好",   following, to=handling, by=[REPORTER, EXPRESS_OFFICER], needs=[REASON],
                    then=[NOT_DONE])
    unanswered = Step("联系不上，先办结", following, to=closed, by=EXPRESS_OFFICER, needs=[REASON])
    # fmt: on
