"""One file per procedure: how a kind of case is governed."""

from minqing.cases.procedures.assist import Assist
from minqing.cases.procedures.express_lane import ExpressLane
from minqing.cases.procedures.hotline import Hotline
from minqing.cases.procedures.joint import Joint
from minqing.cases.procedures.petition import Petition
from minqing.cases.procedures.prompt import Prompt
from minqing.cases.procedures.rights import Rights
from minqing.cases.procedures.supervised import Supervised
from minqing.cases.procedures.three_lines import ThreeLines

__all__ = [
    "Assist",
    "ExpressLane",
    "Hotline",
    "Joint",
    "Petition",
    "Prompt",
    "Rights",
    "Supervised",
    "ThreeLines",
]
