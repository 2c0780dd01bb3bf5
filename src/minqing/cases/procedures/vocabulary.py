"""What the steps of our procedures ask for, and what they cause besides."""

from typing import Final

from minqing.workflow.public import Effect, Need, NeedKind

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
