"""Files of people and households that were not there before, written by columns, each with its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from minqing.journal.public import record_alike
from minqing.kernel.access import Actor
from minqing.kernel.copying import Shape
from minqing.kernel.ids import uuid7_bytes
from minqing.kernel.sealed import indexer
from minqing.registry import rules, vault
from minqing.registry.events import SubjectAdded
from minqing.registry.models import Household, HouseholdMember, Resident, name_initials
from minqing.registry.models.subjects import PHONE_PURPOSE
from minqing.registry.permissions import IMPORT_REGISTRY

TEXTS: Final = ("sex", "occupation", "away_at", "origin")


@dataclass(frozen=True, slots=True)
class NewFiles:
    """Writes new rows on somebody's behalf, in the transaction of its caller. Ids are bytes."""

    batch_id: UUID
    by: Actor
    at: datetime
    today: date

    def add_homes(
        self, areas: Sequence[bytes], addresses: Sequence[str], codes: Sequence[str]
    ) -> list[bytes]:
        """Register households; return their ids."""
        # Ids in the order of time, not of one moment: neighbouring keys fill the same pages of the index.
        ids = [uuid7_bytes() for _ in areas]
        if ids:
            columns: dict[str, Sequence[Any]] = {
                "id": ids, "area_id": areas, "address": addresses, "code": codes,
            }  # fmt: skip
            Shape(Household).copy_columns(
                columns, changed_at=self.at, changed_by_name=self.by.person_name[:60]
            )
            self._tell(rules.HOUSEHOLD, ids, areas, addresses)
        return ids

    def add_people(
        self, areas: Sequence[bytes], indexes: Sequence[bytes | None], said: Mapping[str, Sequence[str]]
    ) -> tuple[list[bytes], list[bytes | None]]:
        """Register people by the columns of a template; return their ids and the blind indexes of their phones."""
        ids = [uuid7_bytes() for _ in areas]
        index = indexer(PHONE_PURPOSE)
        phones = [index(phone) if phone else None for phone in said["phone"]]
        if ids:
            columns: dict[str, Sequence[Any]] = {
                "id": ids, "area_id": areas, "name": said["name"],
                "name_initials": list(map(name_initials, said["name"])),
                "birth_date": [born or None for born in said["birth_date"]], "id_index": indexes,
                "phone_index": phones,
                "presence": [presence or rules.HERE for presence in said["presence"]],
                **{name: said[name] for name in TEXTS},
            }  # fmt: skip
            Shape(Resident).copy_columns(
                columns, changed_at=self.at, changed_by_name=self.by.person_name[:60]
            )
            numbers = {name: said[name] for name in vault.NUMBERS}
            vault.add_identities(ids, areas, numbers, vault.reach(self.by, IMPORT_REGISTRY))
            self._tell(rules.RESIDENT, ids, areas, said["name"])
        return ids, phones

    def add_members(
        self, homes: Sequence[bytes], people: Sequence[bytes], relations: Sequence[str]
    ) -> list[bytes]:
        """Let people belong to households from today on; return the ids of the memberships."""
        ids = [uuid7_bytes() for _ in homes]
        columns: dict[str, Sequence[Any]] = {
            "id": ids, "household_id": homes, "resident_id": people, "relation": relations,
        }  # fmt: skip
        Shape(HouseholdMember).copy_columns(columns, starts_on=self.today)
        return ids

    def _tell(self, kind: str, ids: Sequence[bytes], areas: Sequence[bytes], names: Sequence[str]) -> None:
        record_alike(
            SubjectAdded, ids, areas, ("name", names), subject_kind=kind, by=self.by.hand, at=self.at,
            batch_id=self.batch_id,
        )  # fmt: skip
