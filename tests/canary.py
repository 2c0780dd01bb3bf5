"""A small county with one village full of records whose every text holds a canary: what nobody next door may see."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from minqing.accounts.actor import AppointedActor
from minqing.accounts.tests.factories import (
    AT,
    DAY,
    SmallCounty,
    everyone,
    small_county,
)
from minqing.cases import public as cases
from minqing.cases.models import Attachment, Case
from minqing.diary import public as diary
from minqing.disclosure import public as disclosure
from minqing.journal.public import Entry
from minqing.kernel import roles
from minqing.kernel.ids import uuid7
from minqing.notices import public as notices
from minqing.notices.models import Notice
from minqing.registry import public as registry
from minqing.registry.models import Enterprise, Household, ImportBatch, Place, Resident, Tag
from minqing.registry.public import SubjectRef
from minqing.registry.tests.factories import id_number
from minqing.rights import public as rights
from minqing.workflow import public as workflow
from tests.asking import Answer
from tests.canary_cases import CANARY, CONTACT_PHONE, SEALED_CANARY, open_cases, open_petitions, photo, text

# Past the hour and some days after everything was written down, so that clocks have run.
NOW: Final = AT + timedelta(days=3, minutes=37)
ID_NUMBER: Final = id_number(date(1956, 3, 8), nth=37)
SPARE_ID_NUMBER: Final = id_number(date(1961, 7, 19), nth=41)
RESIDENT_PHONE: Final = "13867512340"
FIRM_PHONE: Final = "13757513451"
IMPORT_PHONE: Final = "18857515673"
NUMBERS: Final = (ID_NUMBER, SPARE_ID_NUMBER, RESIDENT_PHONE, FIRM_PHONE, CONTACT_PHONE, IMPORT_PHONE)
VILLAGE_ROLES: Final = (roles.VILLAGE_CLERK, roles.VILLAGE_SECRETARY)


@dataclass
class Planted:
    """The county, its people, and the records of 举坑村."""

    here: SmallCounty
    people: dict[str, AppointedActor]
    household: Household
    empty_household: Household
    resident: Resident
    enterprise: Enterprise
    place: Place
    tags: list[Tag] = field(default_factory=list)
    visits: list[Any] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)  # by "procedure.state", "anonymous", "from finding"
    codes: list[str] = field(default_factory=list)
    batches: list[ImportBatch] = field(default_factory=list)
    requests: list[rights.DataRequest] = field(default_factory=list)
    personal_codes: list[UUID] = field(default_factory=list)
    glasses: list[disclosure.BreakGlass] = field(default_factory=list)
    pairs: list[registry.DuplicatePair] = field(default_factory=list)
    merges: list[registry.ResidentMerge] = field(default_factory=list)
    places: list[list[Any]] = field(default_factory=list)  # where to ask for them (tests/fillings.py)
    sealed: list[Case] = field(default_factory=list)  # petitions, one in each state on the way to an answer

    @property
    def subjects(self) -> list[SubjectRef]:
        rows = (self.resident, self.household, self.enterprise, self.place)
        return [SubjectRef(row.subject_kind, row.id) for row in rows]

    @cached_property
    def attachments(self) -> list[Attachment]:
        return list(Attachment.objects.all())

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Return everything that may not appear before a stranger: words, numbers, codes and ids."""
        rows: list[Any] = [
            self.household, self.empty_household, self.resident, self.enterprise, self.place, *self.tags, *self.visits,
            *self.cases.values(), *self.sealed, *self.batches, *self.attachments, *diary.VisitPhoto.objects.all(),
            *diary.Finding.objects.all(), *Notice.objects.all(),
        ]  # fmt: skip
        codes = {one.receipt_code for one in self.cases.values()} | set(self.codes)
        return {
            CANARY,
            *NUMBERS,
            *codes,
            *(str(row.id) for row in rows),
            *(one.number for one in self.cases.values()),
            *self.sealed_secrets,
        }

    @cached_property
    def _beginnings(self) -> list[tuple[str, list[int]]]:
        """Return how the secrets begin, each with their lengths: ids that were made together begin alike."""
        found: dict[str, set[int]] = {}
        for one in self.secrets:
            found.setdefault(one[:8], set()).add(len(one))
        return [(begins, sorted(lengths)) for begins, lengths in found.items()]

    def those_in(self, text: str) -> set[str]:
        """Return the secrets that stand in a text: three hundred, looked for by a third as many beginnings."""
        found: set[str] = set()
        for begins, lengths in self._beginnings:
            at = text.find(begins)
            while at >= 0:
                found.update(text[at : at + length] for length in lengths)
                at = text.find(begins, at + 1)
        return found & self.secrets

    @cached_property
    def sealed_secrets(self) -> frozenset[str]:
        """Return what tells of a petition: its words, numbers, receipts and ids."""
        each = (part for one in self.sealed for part in (str(one.id), one.number, one.receipt_code))
        return frozenset({SEALED_CANARY, *each})


def plant() -> Planted:
    """Make the county and fill the village."""
    cases.load_topics()
    registry.load_tag_kinds()
    workflow.ensure_calendar(at=AT)
    here = small_county()
    people = everyone(here)
    planted = _register(here, people)
    _tag(planted)
    _visit(planted)
    open_cases(planted)
    open_petitions(planted)
    _import(planted)
    _ask(planted)
    _break_glass(planted)
    _double(planted)
    _subscribe(people["system_administrator"])
    cases.tell_entries(list(Entry.objects.order_by("id")), at=AT)
    assert Notice.objects.exists()
    return planted


def _subscribe(by: AppointedActor) -> None:
    """Have somebody outside told of everything: a group, and another system."""
    kinds = [one.key for one in notices.told_kinds()]
    for name, url in (("群", "wecombot://2bb3a7ef-1111-4222-8333-c0ffee000001"),
                      ("短信", f"jsons://sms.example.cn/send/?-to={notices.PLACEHOLDER}")):  # fmt: skip
        notices.set_channel(
            channel_id=None,
            name=name,
            url=url,
            kinds=kinds,
            area_id=None,
            unit_id=None,
            is_on=True,
            by=by,
            at=AT,
        )
    notices.set_subscription(
        subscription_id=None, name="市级平台", url="https://hooks.example.cn/minqing",
        kinds=list(cases.PUSH_LABELS), area_id=None, is_on=True, by=by, at=AT,
    )  # fmt: skip


def _register(here: SmallCounty, people: dict[str, AppointedActor]) -> Planted:
    by = people["village_clerk"]
    house = registry.HouseholdInput(
        address=f"举坑村{CANARY}路 12 号", code="H-翠-12", lon=120.641, lat=29.701
    )
    household = registry.add_household(area_id=here.micro_grid.id, values=house, by=by, at=AT)
    empty = registry.add_household(
        area_id=here.grid.id, values=registry.HouseholdInput(address=f"举坑村{CANARY}路 14 号"), by=by, at=AT
    )
    who = registry.ResidentInput(
        name=f"{CANARY}婆", id_number=ID_NUMBER, phone=RESIDENT_PHONE, occupation=f"{CANARY}绣工", origin=f"{CANARY}乡",
        address_note=f"{CANARY}后门",
    )  # fmt: skip
    resident = registry.add_resident(values=who, household_id=household.id, relation="head", by=by, at=AT)
    other = registry.ResidentInput(name=f"{CANARY}公", phone=RESIDENT_PHONE)
    registry.add_resident(values=other, household_id=household.id, relation="spouse", by=by, at=AT)
    firm = registry.EnterpriseInput(
        name=f"嵊州市{CANARY}茶厂", contact_name=f"{CANARY}总", phone=FIRM_PHONE, address=f"{CANARY}路 1 号",
        industry="茶",
    )  # fmt: skip
    enterprise = registry.add_enterprise(area_id=here.village.id, values=firm, by=by, at=AT)
    hall = registry.PlaceInput(name=f"{CANARY}礼堂", kind="hall", address=f"{CANARY}路 2 号")
    place = registry.add_place(area_id=here.village.id, values=hall, by=by, at=AT)
    resident.refresh_from_db()
    household.refresh_from_db()
    edited = registry.EnterpriseInput(name=f"嵊州市{CANARY}制茶厂", contact_name=f"{CANARY}总", phone="")
    registry.edit_enterprise(
        enterprise_id=enterprise.id, version=enterprise.version, values=edited, by=by, at=AT
    )
    enterprise.refresh_from_db()
    return Planted(here, people, household, empty, resident, enterprise, place)


def _tag(planted: Planted) -> None:
    by = planted.people["village_clerk"]
    kinds = registry.TagKind.objects.filter(for_kinds__contains=["resident"]).order_by("position")
    for kind in (kinds.filter(is_sensitive=False)[0], kinds.filter(is_sensitive=True)[0]):
        planted.tags.append(
            registry.add_tag(
                subject=planted.subjects[0],
                kind_key=kind.key,
                reason=text(f"标签{kind.label}"),
                ends_on=DAY + timedelta(days=90),
                consent="guardian",
                by=by,
                at=AT,
            )
        )


def _double(planted: Planted) -> None:
    """Two more files like one person's, and two that were merged."""
    by = planted.people["village_clerk"]
    for nth, area in enumerate((planted.here.grid, planted.here.micro_grid) * 2):
        said = registry.ResidentInput(
            name=f"{CANARY}{'伯叔'[nth // 2]}",
            sex="male",
            birth_date=date(1950 + nth // 2, 5, 6),
            occupation=f"{CANARY}匠",
        )
        registry.add_resident(area_id=area.id, values=said, by=by, at=AT)
    registry.find_duplicates(under=planted.here.county, at=AT)
    one, other = registry.DuplicatePair.everything.select_related("first", "second").order_by("id")
    registry.merge_residents(
        pair_id=other.id, keep=other.first_id, theirs=frozenset(), versions={other.first_id: 1, other.second_id: 1},
        by=by, at=AT,
    )  # fmt: skip
    planted.pairs, planted.merges = [one, other], list(registry.ResidentMerge.everything.all())


def _visit(planted: Planted) -> None:
    by = planted.people["grid_worker"]
    clerk = planted.people["village_clerk"]
    for who, subject in ((by, planted.subjects[1]), (by, planted.subjects[0]), (clerk, planted.subjects[2])):
        findings = [
            diary.FindingInput(text=f"{CANARY}门前的路灯不亮"),
            diary.FindingInput(text=f"{CANARY}水管漏水", solved_on_spot=True, solution=f"{CANARY}换了垫圈"),
        ]
        planted.visits.append(
            diary.record_visit(
                visit_id=uuid7(),
                subject=subject,
                visited_at=AT - timedelta(hours=1),
                met=f"{CANARY}婆",
                heard=f"{CANARY}说：门前的路灯不亮。水管漏水。",
                done=f"{CANARY}换了垫圈",
                findings=findings,
                photos=[photo()],
                by=who,
                at=AT,
            )
        )
    finding = diary.Finding.objects.filter(visit=planted.visits[0], solved_on_spot=False).get()
    planted.cases["from finding"] = cases.open_from_finding(finding_id=finding.id, by=by, at=AT)


def _ask(planted: Planted) -> None:
    """The resident gets a personal code, reads their file and asks for a correction."""
    by, resident = planted.people["village_clerk"], planted.resident
    shown = rights.Shown("self", "id_card", id_number=ID_NUMBER)
    made, code = rights.hand_over(code_id=uuid7(), resident_id=resident.id, shown=shown, by=by, at=AT)
    me = rights.session(rights.open_session(typed_code=code, typed_proof=ID_NUMBER[-6:], at=AT), at=AT)
    assert me is not None
    planted.personal_codes.append(made.id)
    asked = rights.Asked(uuid7(), "correction", "occupation", words=text("职业写错了"))
    planted.requests.append(rights.ask(asked=asked, me=me, at=AT))


def sheet(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    """Return a spreadsheet of residents."""
    book = Workbook()
    for row in (("所属网格", "户编号", "与户主关系", "姓名", "证件号", "电话", "住址"), *rows):
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(f"{CANARY}名册.xlsx", out.getvalue())


def _import(planted: Planted) -> None:
    by = planted.people["village_clerk"]
    good = ("举坑村第一网格", "翠1", "户主", f"{CANARY}新", SPARE_ID_NUMBER, IMPORT_PHONE, f"{CANARY}弄 3 号")
    bad = ("没有的网格", "翠2", "户主", f"{CANARY}错", f"{SPARE_ID_NUMBER[:-1]}A", "123", f"{CANARY}弄 4 号")
    for _ in range(2):
        upload = sheet(good, bad)
        planted.batches.append(registry.stage_import(upload=upload, kind="residents", by=by, at=AT))
    registry.apply_import(batch_id=planted.batches[1].id, by=by, at=AT)


def _break_glass(planted: Planted) -> None:
    """A dispatcher's, which the security administrator has judged without a good reason, and a secretary's."""
    who, reason = planted.subjects[0], text("家里人来电话")
    for role in ("town_dispatcher", "village_secretary"):
        made = disclosure.break_glass(ref=who, category="other", words=reason, by=planted.people[role], at=AT)
        planted.glasses.append(made)
    disclosure.review(
        glass_id=planted.glasses[0].id, verdict="unjustified", words=text("问过了"),
        by=planted.people["security_administrator"], at=AT,
    )  # fmt: skip


def told(planted: Planted, answer: Answer, url: str) -> set[str]:
    """Return the secrets that an answer tells beyond what the asker wrote into the address."""
    return {one for one in planted.those_in(answer.text) if one not in url}
