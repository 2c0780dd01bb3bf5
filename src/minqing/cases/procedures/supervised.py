"""督办：由督查员列入，有包案领导，按期报进展；办好后申请销号，只有列督单位能销，不行就退回。"""

from minqing.cases.procedures.vocabulary import (
    ALL_PARTS_IN,
    ASK_REPORTER,
    DONE,
    IS_CONTENT,
    NOT_DONE,
    OFF_LIST,
    OPINION,
    PHOTO,
    REASON,
    REMARK,
    RESULT,
)
from minqing.kernel.roles import FOLLOW_UP_CALLER, GRID_WORKER, HANDLER, VILLAGE_CLERK
from minqing.workflow.public import (
    LISTER,
    REPORTER,
    SPONSOR,
    Procedure,
    State,
    Step,
    calendar_days,
    working_days,
)

WHO_ASKS = (REPORTER, GRID_WORKER, VILLAGE_CLERK, FOLLOW_UP_CALLER)


class Supervised(Procedure):
    key = "supervised"
    title = "督办"
    unit_from_start = True

    # fmt: off
    handling  = State("督办办理中",   within=calendar_days(30), start=True)
    signing   = State("待包案领导审签", within=working_days(2))
    asking    = State("待群众确认",   within=working_days(3))
    releasing = State("待销号审核",   within=working_days(3))
    released  = State("已销号",       final=True)

    apply     = Step("申请销号",   handling, to=signing, by=HANDLER, needs=[RESULT, PHOTO], only_if=[ALL_PARTS_IN])
    sign      = Step("同意申请销号", signing, to=asking, by=SPONSOR, needs=[OPINION], then=[ASK_REPORTER])
    not_yet   = Step("还没有办到位", signing, to=handling, by=SPONSOR, needs=[REASON])
    confirm   = Step("确认办好",   asking, to=releasing, by=WHO_ASKS, needs=[IS_CONTENT, REMARK], then=[DONE])
    redo      = Step("没有办好",   asking, to=handling, by=WHO_ASKS, needs=[REASON], then=[NOT_DONE])
    unanswered = Step("联系不上，先送审核", asking, to=releasing, by=FOLLOW_UP_CALLER, needs=[REASON])
    release   = Step("同意销号",   releasing, to=released, by=LISTER, needs=[OPINION], then=[OFF_LIST])
    send_back = Step("退回继续办理", releasing, to=handling, by=LISTER, needs=[REASON])
    # fmt: on
