"""三道防线：组长和微网格→村干部和网格→村书记，再到镇街。Three lines inside the village, then the town (万市).

Small things not overnight, big things not over a month. A line whose time is up loses the matter to the next one. A
first visit ends at the village's secretary, a repeated one at the town's.
"""

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
from minqing.kernel.roles import (
    GRID_WORKER,
    GROUP_LEADER,
    HANDLER,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.workflow.public import (
    CLOCK,
    REPORTER,
    Condition,
    Procedure,
    State,
    Step,
    calendar_days,
    working_days,
)

FIRST_VISIT = Condition(
    "first_visit",
    "初访",
    "这是重访：同一个人为同一类事再次反映，村里不能办结，请上交镇街，由镇街书记负责到底。",
)
REPEATED_VISIT = Condition("repeated_visit", "重访", "这是初访，由村书记或镇街调度员办结，不用镇街书记出面。")
TOWN = (TOWN_SECRETARY, TOWN_DISPATCHER)


class ThreeLines(Procedure):
    key = "three_lines"
    title = "三道防线"
    overall = calendar_days(30)

    # fmt: off
    first     = State("第一道：组长和微网格", within=calendar_days(1), start=True)
    second    = State("第二道：村干部和网格", within=working_days(3))
    third     = State("第三道：村书记",       within=working_days(5))
    town      = State("镇街处理",            within=working_days(5))
    with_unit = State("单位办理中",          within=working_days(5), turn=HANDLER)
    asking    = State("待群众确认",          within=working_days(2))
    closed    = State("已办结",   final=True)
    declined  = State("不予受理", final=True)

    settle_first = Step("当场办好",     first, to=asking, by=[GROUP_LEADER, GRID_WORKER], needs=[RESULT, PHOTO],
                        then=[ASK_REPORTER])
    lift_first   = Step("上交第二道",   first, to=second, by=[GROUP_LEADER, GRID_WORKER], needs=[REASON])
    climb_first  = Step("到时升到第二道", first, to=second, by=CLOCK)

    settle_second = Step("村里办好",    second, to=asking, by=[VILLAGE_CLERK, GRID_WORKER],
                         needs=[RESULT, PHOTO, TOPIC], then=[ASK_REPORTER])
    lift_second   = Step("上交村书记",  second, to=third, by=[VILLAGE_CLERK, GRID_WORKER], needs=[REASON])
    climb_second  = Step("到时升到村书记", second, to=third, by=CLOCK)
    decline       = Step("不予受理",    [second, third], to=declined, by=[VILLAGE_CLERK, VILLAGE_SECRETARY],
                         needs=[REASON])

    settle_third = Step("书记办结",     third, to=asking, by=VILLAGE_SECRETARY, needs=[RESULT, PHOTO],
                        only_if=[FIRST_VISIT], then=[ASK_REPORTER])
    lift_third   = Step("上交镇街",     third, to=town, by=VILLAGE_SECRETARY, needs=[REASON])
    climb_third  = Step("到时升到镇街", third, to=town, by=CLOCK)

    assign       = Step("交办",         town, to=with_unit, by=TOWN, needs=[UNIT, TOPIC, ADVICE])
    settle_town  = Step("镇街办结",     town, to=asking, by=TOWN, needs=[RESULT, PHOTO], only_if=[FIRST_VISIT],
                        then=[ASK_REPORTER])
    settle_repeated = Step("镇街书记办结", town, to=asking, by=TOWN_SECRETARY, needs=[RESULT, PHOTO],
                           only_if=[REPEATED_VISIT], then=[ASK_REPORTER])
    hand_in      = Step("办理情况上报", with_unit, to=town, by=HANDLER, needs=[RESULT, PHOTO])
    refuse       = Step("退回镇街",     with_unit, to=town, by=HANDLER, needs=[REASON])

    confirm = Step("确认办好", asking, to=closed, by=[REPORTER, GRID_WORKER, VILLAGE_CLERK],
                   needs=[IS_CONTENT, REMARK], then=[DONE])
    redo    = Step("没有办好", asking, to=third, by=[REPORTER, GRID_WORKER, VILLAGE_CLERK], needs=[REASON],
                   then=[NOT_DONE])
    unanswered = Step("联系不上，先办结", asking, to=closed, by=VILLAGE_SECRETARY, needs=[REASON])
    # fmt: on
