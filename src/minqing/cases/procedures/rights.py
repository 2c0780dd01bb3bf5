"""个人信息请求：受理→核实→决定→答复。What a resident asks about their own file: correction, copy, erasure, objection.

Fifteen working days in all: the Personal Information Protection Law (《个人信息保护法》第五十条) asks for a convenient
way and for reasons where a request is refused; GB/T 35273-2020, 8.7, allows thirty days. Half of that is ours.
"""

from minqing.cases.procedures.vocabulary import REASON, RESULT
from minqing.kernel.roles import REGISTRAR
from minqing.workflow.public import REPORTER, Need, NeedKind, Procedure, State, Step, working_days

# A refusal names its law; the words are what the resident reads, so they are their own keys.
BASES = (
    "《个人信息保护法》第十三条第一款第三项：履行法定职责所必需",
    "《个人信息保护法》第四十七条第二款：法律、行政法规规定的保存期限未届满",
    "《个人信息保护法》第四十五条第一款、第十八条第一款：法律规定应当保密",
    "《个人信息保护法》第四十六条第二款：经核实，登记的内容属实",
    "《个人信息保护法》第四十五条：涉及他人的个人信息",
    "不是本人或者有权代理人提出的",
)
FOUND = Need("found", "核实情况", help="看了什么材料、问了谁、登记的对不对。申请人看得到。")
DECISION = Need("decision", "决定", help="同意什么、怎么处理。申请人看得到。")
BASIS = Need("basis", "法律依据", NeedKind.CHOICE, choices=tuple((one, one) for one in BASES))


class Rights(Procedure):
    key = "rights"
    title = "个人信息请求"

    # fmt: off
    received  = State("待受理",   within=working_days(2), start=True)
    checking  = State("待核实",   within=working_days(5))
    deciding  = State("待决定",   within=working_days(5))
    replying  = State("待答复",   within=working_days(3))
    answered  = State("已答复",   final=True)
    declined  = State("不予受理", final=True)
    withdrawn = State("已撤回",   final=True)

    accept  = Step("受理",     received, to=checking, by=REGISTRAR)
    decline = Step("不予受理", received, to=declined, by=REGISTRAR, needs=[BASIS, REASON])
    verify  = Step("核实",     checking, to=deciding, by=REGISTRAR, needs=[FOUND])
    grant   = Step("同意",     deciding, to=replying, by=REGISTRAR, needs=[DECISION])
    refuse  = Step("不同意",   deciding, to=replying, by=REGISTRAR, needs=[BASIS, REASON])
    reply   = Step("答复",     replying, to=answered, by=REGISTRAR, needs=[RESULT])
    take_back = Step("撤回",   [received, checking, deciding], to=withdrawn, by=REPORTER)
    # fmt: on
