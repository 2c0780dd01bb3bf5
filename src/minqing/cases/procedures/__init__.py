"""One file per procedure: how a kind of case is governed."""

from minqing.cases.procedures.hotline import Hotline
from minqing.cases.procedures.prompt import Prompt
from minqing.cases.procedures.rights import Rights

__all__ = ["Hotline", "Prompt", "Rights"]
