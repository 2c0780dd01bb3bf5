"""Services: the topics of the county."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minqing.api.open311.attributes import attributes
from minqing.cases import public as cases
from minqing.kernel.errors import NotThere


@dataclass(frozen=True, slots=True)
class Service:
    """A topic that may be reported."""

    code: str
    name: str
    group: str

    def shown(self) -> dict[str, Any]:
        """Return it as the list of services has it."""
        return {
            "service_code": self.code,
            "service_name": self.name,
            "description": f"{self.group}：{self.name}",
            "metadata": self.code in attributes(),
            "type": "realtime",
            "keywords": f"{self.group},{self.name}",
            "group": self.group,
        }


def services() -> list[Service]:
    """Return every service."""
    return [Service(key, label, group) for group, inside in cases.topics() for key, label in inside]


def service_of(code: str) -> Service:
    """Return one service. Raises :class:`NotThere`."""
    found = next((one for one in services() if one.code == code), None)
    if found is None:
        raise NotThere("没有这个 service_code，请对照服务列表。")
    return found
