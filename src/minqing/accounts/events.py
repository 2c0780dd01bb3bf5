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
    how: str = ""  # entries of before there was a second factor do not say

    def sentence(self) -> str:
        return f"登录了系统（{self.how}）" if self.how else "登录了系统"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingSlowedDown(Event):
    """Somebody tried one account so often that they have to wait."""

    kind: ClassVar[str] = "accounts.guessing_slowed_down"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str

    def sentence(self) -> str:
        return f"有人连续试错{self.name or ERASED}的密码或验证码，系统已放慢"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorAdded(Event):
    """Somebody enrolled a second factor."""

    kind: ClassVar[str] = "accounts.second_factor_added"
    factor_label: str

    def sentence(self) -> str:
        return f"绑定了{self.factor_label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(Event):
    """Somebody removed one of their own."""

    kind: ClassVar[str] = "accounts.second_factor_removed"
    factor_label: str

    def sentence(self) -> str:
        return f"移除了{self.factor_label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesRenewed(Event):
    """Somebody got fresh recovery codes."""

    kind: ClassVar[str] = "accounts.recovery_codes_renewed"

    def sentence(self) -> str:
        return "重新生成了备用码"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorsReset(Event):
    """Somebody who lost their second factor may enrol anew."""

    kind: ClassVar[str] = "accounts.second_factors_reset"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str

    def sentence(self) -> str:
        return f"重设了{self.name or ERASED}的第二重验证"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """An account may sign in no more."""

    kind: ClassVar[str] = "accounts.account_closed"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    reason: str

    def sentence(self) -> str:
        return f"停用了{self.name or ERASED}的账号：{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReopened(Event):
    """A closed account may sign in again."""

    kind: ClassVar[str] = "accounts.account_reopened"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str

    def sentence(self) -> str:
        return f"恢复了{self.name or ERASED}的账号"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade(Event):
    """Somebody made a token of the interface for a script of their own."""

    kind: ClassVar[str] = "accounts.token_made"
    title: str
    scopes_label: str
    until: date

    def sentence(self) -> str:
        return f"生成了接口令牌“{self.title}”（{self.scopes_label}），到 {self.until} 为止"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOpened(Event):
    """A system may call the interface in an official's appointment."""

    kind: ClassVar[str] = "accounts.token_opened"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    title: str
    name: str
    office: str
    scopes_label: str
    until: date

    def sentence(self) -> str:
        who = f"{self.office} {self.name or ERASED}"
        return f"为系统“{self.title}”开通了接口（{self.scopes_label}），由{who}负责，到 {self.until} 为止"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTaken(Event):
    """Whoever answers for a system fetched its token."""

    kind: ClassVar[str] = "accounts.token_taken"
    title: str

    def sentence(self) -> str:
        return f"领取了系统“{self.title}”的接口令牌"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    """A token holds no more."""

    kind: ClassVar[str] = "accounts.token_revoked"
    title: str

    def sentence(self) -> str:
        return f"撤销了接口令牌“{self.title}”"
