"""One file per procedure: how a kind of case is governed."""

from minqing.cases.procedures.assist import Assist
from minqing.cases.procedures.hotline import Hotline
from minqing.cases.procedures.joint import Joint
from minqing.cases.procedures.prompt import Prompt
from minqing.cases.procedures.rights import Rights
from minqing.cases.procedures.supervised import Supervised

__all__ = ["Assist", "Hotline", "Joint", "Prompt", "Rights", "Supervised"]
