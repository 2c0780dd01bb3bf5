"""A resident planted in every table: the copy holds each value, and after erasure no text column has one left."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models

from minqing.accounts.tests.factories import SmallCounty, small_county
from minqing.cases import public as cases
from minqing.cases.models import Addition, Answer, Attachment, Case, Contact
from minqing.diary.models import Finding, Visit, VisitPhoto
from minqing.journal.models import Detail, Entry
from minqing.journal.public import record, record_read
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, REGISTRAR, VILLAGE_CLERK
from minqing.kernel.sealed import blind_index
from minqing.registry import public as registry
from minqing.registry import vault
from minqing.registry.events import SubjectAdded, SubjectEdited
from minqing.registry.models import Household, HouseholdMember, Resident, Tag, TagKind
from minqing.registry.models.subjects import id_index, phone_index
from minqing.rights import public as rights
from minqing.rights.models import DataRequest, PersonalCode
from minqing.rights.services.copies import as_json, everything
from minqing.rights.services.paper import as_pdf
from minqing.workflow import public as workflow
from tests.leaks.own_columns import LEFT_OUT, NUMBER, OTHER_TABLES, PHONE, PLANTED, at

pytestmark = pytest.mark.django_db
NOW: Final = at(20)
NAME: Final = PLANTED["resident"]["name"]


def ours() -> list[type[models.Model]]:
    return [one for one in apps.get_models() if one.__module__.startswith("minqing.")]


def columns(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return what a row holds beside its key and its references."""
    return {
        one.name: one for one in model._meta.concrete_fields if not one.primary_key and not one.remote_field
    }


def test_every_column_is_copied_or_has_a_reason() -> None:
    wrong = []
    for model in ours():
        table = model._meta.db_table
        if table in OTHER_TABLES:
            continue
        known = {*PLANTED.get(table, {}), *LEFT_OUT.get(table, {})}
        wrong += [
            f"{table}.{name}: plant it in own_columns.py, or say why not"
            for name in columns(model).keys() - known
        ]
        wrong += [f"{table}.{name} is no column" for name in known - columns(model).keys()]
    tables = {one._meta.db_table for one in ours()}
    assert not {*PLANTED, *LEFT_OUT} - tables
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def here(db: None) -> SmallCounty:
    cases.load_topics()
    registry.load_tag_kinds()
    return small_county()


@pytest.fixture
def planted(here: SmallCounty) -> Resident:
    """One resident in every table that speaks of residents, written straight to the tables."""
    worker, clerk = here.actor(GRID_WORKER), here.actor(VILLAGE_CLERK)
    area = here.grid
    row = Resident.everything.create(
        area=area, id_index=id_index(NUMBER), phone_index=phone_index(PHONE), **PLANTED["resident"]
    )
    vault.put_identity(vault.IdentityRow(row.id, area.id, **PLANTED["resident_identity"]), [area.path])
    home = Household.everything.create(
        area=area, changed_at=at(1), changed_by_name="测试", **PLANTED["household"]
    )
    HouseholdMember.objects.create(household=home, resident=row, **PLANTED["household_member"])
    kind = TagKind.objects.get(key="disabled")
    _tag(row, kind, worker.person_id)
    visits = [_visit(one.subject_kind, one.id, worker) for one in (row, home)]
    Visit.everything.filter(id=visits[1].id).update(
        heard=f"植同户听到{NAME}腰疼，电话 {PHONE}", met="植同户见了别人"
    )
    _case(row, area, clerk)
    code = PersonalCode(
        resident=row, code_hash=b"c" * 16, proof_hash=b"p" * 16, number_agreed=True, handed_by_id=clerk.person_id,
        **PLANTED["personal_code"],
    )  # fmt: skip
    code.save(force_insert=True)
    DataRequest(
        resident=row, code=code, case=_bare_case(area, "rights", "261107-REQUE", row),
        decided_by_id=clerk.person_id, **PLANTED["data_request"],
    ).save(force_insert=True)  # fmt: skip
    _journal(row, home, clerk)
    return row


def _tag(row: Resident, kind: TagKind, owner: Any) -> None:
    Tag.everything.create(
        subject_kind="resident", subject_id=row.id, area=row.area, kind=kind, owner_id=owner, ended_by_id=owner,
        **PLANTED["tag"],
    )  # fmt: skip


def _visit(kind: str, subject_id: Any, worker: Any) -> Visit:
    visit = Visit.everything.create(
        area_id=worker.acting.area_id, officer_id=worker.person_id, appointment_id=worker.acting.id, subject_kind=kind,
        subject_id=subject_id, content_hash=b"h" * 32, **PLANTED["visit"],
    )  # fmt: skip
    Finding.objects.create(
        visit=visit, number=1, solved_on_spot=True, added_at=at(4, 31), **PLANTED["visit_finding"]
    )
    photo = VisitPhoto(visit=visit, sha256=b"s" * 32, **PLANTED["visit_photo"])
    photo.file.save("photo.jpg", ContentFile(b"jpeg"), save=False)
    photo.save(force_insert=True)
    return visit


def _bare_case(area: Any, procedure: str, number: str, row: Resident) -> Case:
    case_id = uuid7()
    of = workflow.procedure(procedure)
    [run] = workflow.write_histories([workflow.History(of, "case", case_id, area.id, at(5))])
    return Case.everything.create(
        id=case_id, area=area, run=run, content_hash=b"0" * 32, source="rights", number=number, title="申请更正",
        words="申请更正", opened_at=at(5), closed_at=at(6), receipt_code=number[-5:] + "AAAAA", subject_kind="resident",
        subject_id=row.id,
    )  # fmt: skip


def _case(row: Resident, area: Any, clerk: Any) -> None:
    case = _bare_case(area, "hotline", "261103-PLANT", row)
    Case.everything.filter(id=case.id).update(**PLANTED["case_case"])
    contact = Contact(case=case, phone_index=phone_index_of_reports(), **PLANTED["case_contact"])
    contact.save(force_insert=True)
    Addition.objects.create(case=case, added_at=at(5, 50), **PLANTED["case_addition"])
    Answer.objects.create(case=case, number=1, answered_at=at(6), **PLANTED["case_answer"])
    Attachment.objects.create(case=case, file="cases/x.jpg", bytes_count=4, made_at=at(5))
    _lane(case, clerk)


def _lane(case: Case, clerk: Any) -> None:
    """A slot of a sit-in day, and a return visit."""
    by = clerk.person_id
    day = cases.SitInDay.everything.create(
        area=case.area,
        starts_at=at(5),
        place="大厅",
        host="市长",
        slots=2,
        slot_minutes=20,
        made_at=at(5),
        made_by_id=by,
    )
    cases.SitInBooking.objects.create(
        day=day, slot=1, case=case, booked_at=at(5), booked_by_id=by, met_at=at(5, 9), came=True,
        **PLANTED["case_sit_in_booking"],
    )  # fmt: skip
    cases.ReturnVisit.objects.create(
        case=case, planned_on=date(2026, 11, 6), how="visit", host="市长", planned_at=at(5), planned_by_id=by,
        done_at=at(6), passed=True, **PLANTED["case_return_visit"],
    )  # fmt: skip


def phone_index_of_reports() -> bytes:
    return blind_index(PHONE, "phone")


def _journal(row: Resident, home: Household, clerk: Any) -> None:
    about = {"subject_kind": "resident", "subject_id": row.id, "area_id": row.area_id}
    change = [["职业", "植旧职业", "植新职业"]]
    record(SubjectAdded(name=NAME, **about), by=clerk.hand, at=at(2))
    record(SubjectEdited(labels=["职业"], changes=change, **about), by=clerk.hand, at=at(2))
    hand = type(clerk.hand)(clerk.person_id, "植看档人", None, "植看档岗位")
    at_home = {"subject_kind": "household", "subject_id": home.id, "area_id": home.area_id}
    record(SubjectAdded(name=f"植户里的{NAME}", **at_home), by=clerk.hand, at=at(2))
    record_read(**about, by=hand, at=PLANTED["journal_entry"]["at"], purpose="植看档事由")


def shown(field: models.Field[Any, Any], value: Any) -> list[str]:
    """Return how a planted value stands in the copy."""
    labels = dict(field.flatchoices or ())
    if isinstance(value, str) and value in labels:
        return [str(labels[value])]
    if isinstance(value, bool):
        return []
    if isinstance(value, datetime):
        return [clock.local(value).isoformat()]
    if isinstance(value, date):
        return [value.isoformat()]
    return value if isinstance(value, list) else [str(value)]


def test_the_copy_holds_every_planted_value(planted: Resident) -> None:
    text = as_json(everything(planted.id, at=NOW), "本人", NOW).decode()
    missing = []
    for model in ours():
        table = model._meta.db_table
        fields = columns(model)
        for name, value in PLANTED.get(table, {}).items():
            missing += [f"{table}.{name}: {one}" for one in shown(fields[name], value) if one not in text]
    assert not missing, "\n".join(missing)
    [entry] = [
        one for one in json.loads(text)["parts"]["cases"]["entries"] if one["number"] == "261103-PLANT"
    ]
    assert (entry["contact_name"], entry["contact_phone"]) == (NAME, PHONE)
    for said in ("植旧职业", "植新职业", "植看档事由", "残疾", "植同户见了别人"):
        assert said in text
    whole = json.loads(text)
    assert whole["format"] == "minqing-own-file/1"
    assert whole["parts"]["facts"]["entries"][0]["id_number"] == NUMBER


def test_the_guide_describes_every_key_of_the_copy(planted: Resident) -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/resident.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in guide.splitlines() if line.startswith("| `")}
    for part in everything(planted.id, at=NOW):
        keys = {piece.key for entry in part.entries for piece in entry.pieces}
        missing = sorted(one for one in keys if f"`{one}`" not in rows[part.key])
        assert not missing, f"{part.key}: {missing}"


def test_the_paper_is_made_of_the_same_parts(planted: Resident) -> None:
    parts = everything(planted.id, at=NOW)
    paper = as_pdf(parts, NAME, NOW)
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 5_000


# Columns in which something of the erased person may still stand, and by which law or for what.
HELD: Final = {
    ("household", "address"): "the house, in which others live",
    ("household", "code"): "the house",
    ("case_case", "title"): "CLOSED_CASE: the matter, without the name",
    ("case_case", "words"): "CLOSED_CASE",
    ("case_case", "result"): "CLOSED_CASE",
    ("case_case", "number"): "CLOSED_CASE",
    ("case_case", "receipt_code"): "CLOSED_CASE",
    ("case_addition", "words"): "CLOSED_CASE",
    ("case_answer", "words"): "CLOSED_CASE",
    ("case_sit_in_booking", "notes"): "CLOSED_CASE",
    ("case_return_visit", "said"): "CLOSED_CASE",
    ("personal_code", "handed_by_label"): "an official's office",
    ("personal_code", "withdrawn_because"): "REQUEST: why a code ended",
    ("data_request", "basis"): "REQUEST: the law",
    ("data_request", "done"): "REQUEST: what was done, without values",
    ("journal_entry", "person_name"): "JOURNAL: an official",
    ("journal_entry", "appointment_label"): "JOURNAL: an official",
    ("journal_entry", "facts"): "JOURNAL: the purpose of a read",
    ("visit", "met"): "the household's visit: whom else was met",
    ("visit", "heard"): "the household's visit, without name and number",
    ("visit", "done"): "the household's visit",
    ("visit_finding", "text"): "the household's visit",
    ("visit_finding", "solution"): "the household's visit",
}


def found(words: list[str]) -> set[tuple[str, str]]:
    """Return the text columns of the county's tables in which any of the words stands."""
    hits = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY'))"
        )
        for table, column in cursor.fetchall():
            if table.startswith(("django_", "procrastinate_")):
                continue
            cursor.execute(
                f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE ANY(%s) LIMIT 1',
                [[f"%{w}%" for w in words]],
            )
            if cursor.fetchone():
                hits.add((table, column))
    return hits


def test_after_erasure_nothing_is_found(here: SmallCounty, planted: Resident) -> None:
    marked = ["植", NAME, NUMBER, PHONE]
    assert {("resident", "name"), ("visit", "heard"), ("journal_detail", "personal")} <= found(marked)
    me = _signed_in(here, planted)
    request = rights.ask(
        asked=rights.Asked(uuid7(), "erasure", "everything", words="植为什么"), me=me, at=NOW
    )
    by = here.actor(REGISTRAR)
    for name, given in (("accept", {}), ("verify", {"found": "看过"}), ("grant", {"decision": "同意"})):
        rights.take_step(
            request_id=request.id, step=name, given=cases.StepInput(given), leg=None, by=by, at=NOW
        )
    rights.carry_out(request_id=request.id, by=by, at=NOW)

    assert found([NAME, NUMBER, PHONE]) == set(), (
        "neither name nor number anywhere, also not where the law holds"
    )
    left = found(marked) - set(HELD)
    assert left == set(), f"still there: {left}"
    assert registry.own_numbers(planted.id) == vault.IdentityValues()
    assert not Contact.objects.exclude(name=None, phone=None).exists()
    assert not any(one.words for one in DataRequest.objects.all())
    assert not any(one.holder_name for one in PersonalCode.objects.all())
    assert not any(one.personal for one in Detail.objects.filter(entry__subject_id=planted.id))
    assert Entry.objects.filter(subject_id=planted.id).count() > 5, "the entries stay"
    assert Visit.everything.count() == 2, "statistics stay"
    assert not PersonalCode.objects.filter(withdrawn_at=None).exists(), "and the code opens nothing any more"


def _signed_in(here: SmallCounty, row: Resident) -> rights.Me:
    shown = rights.Shown("self", "id_card", id_number=NUMBER)
    clerk = here.actor(VILLAGE_CLERK)
    _, code = rights.hand_over(
        code_id=uuid7(), resident_id=row.id, shown=shown, by=clerk, at=NOW - timedelta(hours=1)
    )
    me = rights.session(rights.open_session(typed_code=code, typed_proof=NUMBER[-6:], at=NOW), at=NOW)
    assert me is not None
    return me
