"""What happens to accounts and appointments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minqing.accounts.rules import role_at
from minqing.journal.events import ERASED, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in."""

    kind: ClassVar[str] = "accounts.signed_in"

    def sentence(self) -> str:
        return "登录了系统"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(Event):
    """An account was made."""

    kind: ClassVar[str] = "accounts.person_added"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    username: str
    name: str

    def sentence(self) -> str:
        return f"开通了账号“{self.username}”（{self.name or ERASED}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A password was changed."""

    kind: ClassVar[str] = "accounts.password_changed"

    def sentence(self) -> str:
        return "修改了密码"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Event):
    """Somebody who forgot their password got another one."""

    kind: ClassVar[str] = "accounts.password_reset"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str

    def sentence(self) -> str:
        return f"重设了{self.name or ERASED}的密码"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed(Event):
    """Somebody was given a role at an area."""

    kind: ClassVar[str] = "accounts.appointed"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    role_label: str
    area_name: str
    unit_name: str
    starts_on: date
    ends_on: date | None

    def sentence(self) -> str:
        office = role_at(self.unit_name or self.area_name, self.role_label)
        return f"任命{self.name or ERASED}为{office}，自 {self.starts_on} 起"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentEnded(Event):
    """An appointment got its last day."""

    kind: ClassVar[str] = "accounts.appointment_ended"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    role_label: str
    ends_on: date
    reason: str

    def sentence(self) -> str:
        return f"{self.name or ERASED}的“{self.role_label}”任职到 {self.ends_on} 为止：{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOpened(Event):
    """An office was set up."""

    kind: ClassVar[str] = "accounts.unit_opened"
    name: str
    kind_label: str
    area_name: str

    def sentence(self) -> str:
        return f"在{self.area_name}设立了单位“{self.name}”（{self.kind_label}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitClosed(Event):
    """An office was dissolved."""

    kind: ClassVar[str] = "accounts.unit_closed"
    name: str
    reason: str

    def sentence(self) -> str:
        return f"撤销了单位“{self.name}”：{self.reason}"
