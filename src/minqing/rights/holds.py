"""What the law holds against erasure: each with its law and its term, told to whoever asks and to whoever decides.

One table, read by the carrying out, the registrar's page and the resident's page alike. The law (《个人信息保护法》)
asks for erasure where the purpose is done or consent withdrawn (art. 47, 1); where a law's term has not run out,
nothing but keeping and guarding may be done with what is left (art. 47, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that is kept although its owner asked for erasure."""

    key: str
    what: str
    law: str
    term: str


RESIDENCE: Final = Hold(
    "residence",
    "姓名、性别、出生日期、证件号和所在的户",
    "《个人信息保护法》第十三条第一款第三项、第三十四条（履行法定职责所必需）",
    "在本县居住期间；登记迁出或去世以后可以删除",
)
RELIEF: Final = Hold(
    "relief",
    "正在享受的救助（低保、低保边缘、特困供养）标签",
    "《社会救助暂行办法》",
    "救助停发为止",
)
OPEN_CASE: Final = Hold(
    "open_case",
    "还在办理的事项，连同联系方式",
    "《个人信息保护法》第十三条第一款第三项（履行法定职责所必需）",
    "办结为止；办结后可以再申请",
)
CLOSED_CASE: Final = Hold(
    "closed_case",
    "已办结事项的编号、类别、地点、时间和办理过程（姓名、电话和证件号删去）",
    "《档案法》《机关文件材料归档范围和文书档案保管期限规定》",
    "十年",
)
VISIT_ROW: Final = Hold(
    "visit",
    "走访过一次的事实：时间、地点（网格）和走访人（说了什么、照片和定位删去）",
    "《个人信息保护法》第七十三条第四项（匿名化后不再是个人信息）",
    "长期，只用于统计",
)
JOURNAL: Final = Hold(
    "journal",
    "操作日志的条目：谁在什么时候做了哪一类操作（其中的个人信息删去）",
    "《网络安全法》关于留存网络日志不少于六个月的规定",
    "长期，删去内容后的条目不能再指认您",
)
REQUEST: Final = Hold(
    "request",
    "您提出过请求、怎么答复的（您写的话删去）",
    "《个人信息保护法》第五十条（拒绝请求的应当说明理由，您可以依法起诉）",
    "五年；之后只留统计",
)

HOLDS: Final = (RESIDENCE, RELIEF, OPEN_CASE, CLOSED_CASE, VISIT_ROW, JOURNAL, REQUEST)
