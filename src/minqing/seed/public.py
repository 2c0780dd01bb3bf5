"""The front door of the seed: load the demonstration, and name its accounts."""

from __future__ import annotations

from dataclasses import dataclass

from minqing.accounts.public import Person, current_appointments, role_at
from minqing.areas.public import area_name, profile
from minqing.kernel import clock
from minqing.seed.full.load import FullyLoaded, load_full
from minqing.seed.full.sizes import PARTS, needed_bytes, needed_minutes
from minqing.seed.load import DEFAULT_SEED, Loaded, load
from minqing.seed.officials import ACCOUNTS, PASSWORD


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """An account to try, with what its person does where."""

    username: str
    password: str
    name: str
    roles: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.username:<9} 密码 {self.password}  {self.name}：{'；'.join(self.roles)}"


def demonstration_accounts() -> list[DemonstrationAccount]:
    """List the accounts to try; none where the county is not a demonstration."""
    county = profile()
    if county is None or not county.is_demonstration:
        return []
    people = {person.username: person for person in Person.objects.filter(username__in=ACCOUNTS)}
    accounts = []
    for username in ACCOUNTS:
        if (person := people.get(username)) is not None:
            held = current_appointments(person, clock.today())
            roles = tuple(
                role_at(one.unit.name if one.unit else area_name(one.area), one.the_role.label)
                for one in held
            )
            accounts.append(DemonstrationAccount(username, PASSWORD, person.name, roles))
    return accounts


__all__ = [
    "DEFAULT_SEED", "PARTS", "PASSWORD", "DemonstrationAccount", "FullyLoaded", "Loaded", "demonstration_accounts",
    "load", "load_full", "needed_bytes", "needed_minutes",
]  # fmt: skip
