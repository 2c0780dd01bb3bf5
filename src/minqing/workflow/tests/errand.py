"""Procedures that the tests of the workflow work with; not registered, so no page or check sees them."""

from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.workflow.parts import (
    REPORTER,
    Effect,
    Need,
    NeedKind,
    State,
    Step,
    calendar_days,
    working_days,
    working_hours,
)
from minqing.workflow.procedure import Procedure

REASON = Need("reason", "理由")
UNIT = Need("unit", "承办单位", NeedKind.CHOICE_UNIT)
RESULT = Need("result", "办理结果")
PHOTO = Need("photo", "现场照片", NeedKind.PHOTO, required=False)
DONE = Need("done", "是否办好", NeedKind.CHOICE, choices=(("yes", "办好了"), ("no", "没办好")))
ASK = Effect("ask_satisfaction", "请反映人评价")


class Errand(Procedure, registered=False):
    """一件小事，从群众一句话，到群众点头。

    只在测试里用。
    """

    key = "errand"
    title = "跑腿"

    # fmt: off
    reported = State("待受理", within=working_hours(4), start=True)
    accepted = State("待派单", within=working_days(1), renamed_from=["waiting"])
    assigned = State("办理中", within=working_days(5), turn=HANDLER)
    handled  = State("待核查", within=calendar_days(15))
    closed   = State("已办结", final=True)
    declined = State("不予受理", final=True)

    accept  = Step("受理",     reported, to=accepted, by=VILLAGE_CLERK)
    decline = Step("不予受理", reported, to=declined, by=VILLAGE_CLERK, needs=[REASON])
    assign  = Step("派单",     accepted, to=assigned, by=[VILLAGE_CLERK, TOWN_DISPATCHER], needs=[UNIT])
    whistle = Step("吹哨",     [accepted, assigned], to=accepted, by=VILLAGE_CLERK, needs=[REASON])
    finish  = Step("办结上报", assigned, to=handled, by=HANDLER, needs=[RESULT, PHOTO], renamed_from=["done"])
    redo    = Step("退回重办", handled, to=assigned, by=[VILLAGE_CLERK, REPORTER], needs=[REASON])
    confirm = Step("核查通过", handled, to=closed, by=[VILLAGE_CLERK, REPORTER, GRID_WORKER], needs=[DONE], then=[ASK])
    # fmt: on
