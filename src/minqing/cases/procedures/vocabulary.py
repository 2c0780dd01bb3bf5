"""What the steps of our procedures ask for, and what they cause besides."""

from typing import Final

from minqing.workflow.public import Condition, Effect, Need, NeedKind

CONTENT: Final = "content"
HALF_CONTENT: Final = "half_content"
NOT_CONTENT: Final = "not_content"
CONTENT_LABELS: Final = {CONTENT: "满意", HALF_CONTENT: "基本满意", NOT_CONTENT: "不满意"}

REASON = Need("reason", "理由", help="写清楚为什么，当事人和接手的人都看得到。")
UNIT = Need("unit", "承办单位", NeedKind.CHOICE_UNIT)
TOPIC = Need("topic", "事项类别", NeedKind.CHOICE_TOPIC, required=False, help="可以先不选，以后再补。")
ADVICE = Need("advice", "交办意见", required=False)
RESULT = Need("result", "办理结果", help="写清楚做了什么、现在怎么样。反映人会看到这段话。")
PHOTO = Need("photo", "现场照片", NeedKind.PHOTO, required=False, help="有照片更好，最多 6 张。")
OPINION = Need("opinion", "审核意见", required=False)
# Two questions, two facts: whether it was done is not whether people are content with it.
IS_CONTENT = Need("content", "对办理满意吗", NeedKind.CHOICE, choices=tuple(CONTENT_LABELS.items()))
REMARK = Need("remark", "反映人的话", required=False)

ASK_REPORTER = Effect("ask_reporter", "请反映人确认")
NOT_DONE = Effect("not_done", "反映人说没有办好")
DONE = Effect("done", "反映人说办好了")

# 退单: the dispatcher rules on the first, a supervisor on every later one of the same case.
RETURNED = Effect("returned", "记下退单")
RULED = Effect("ruled", "记下裁定")
# Where a return is right and who handles the matter is decided in a step of its own.
RULED_AWAY = Effect("ruled_away", "记下裁定：退单成立")
FIRST_RETURN = Condition("first_return", "第一次退单", "这件事已经退过一次单，再退要报督查员裁定。")
RETURNED_BEFORE = Condition("returned_before", "已退过一次单", "第一次退单由调度员裁定，请用“退单”。")
PART_FIRST_RETURN = Condition(
    "part_first_return", "第一次退这张协办单", "这张协办单已经退过一次，再退要报督查员裁定。"
)
PART_RETURNED_BEFORE = Condition(
    "part_returned_before", "这张协办单已退过一次", "第一次退单由调度员裁定，请用“退单”。"
)

# 联办 and 督办.
LEAD_UNIT = Need("unit", "主办单位", NeedKind.CHOICE_UNIT)
ASSISTANTS = Need("assistants", "协办单位", NeedKind.CHOICE_UNITS, help="可以选几个；以后还能加、能撤回。")
ASKED = Need("asked", "请他们做什么", help="写清各协办单位分别要做的事，各单位都看得到。")
ASK_UNITS = Effect("ask_units", "给每个协办单位发协办单")
LET_UNITS_GO = Effect("let_units_go", "撤回还没有答复的协办单")
ALL_PARTS_IN = Condition(
    "all_parts_in",
    "协办单位都已答复或被否决",
    "还有协办单位没有答复。请等答复，或在协办单里写明理由否决、撤回，再办结。",
)
OFF_LIST = Effect("off_list", "移出督办台账")
