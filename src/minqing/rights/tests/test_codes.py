"""Personal codes: handed over against a document, used by who knows its last six, ended in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from minqing.journal.models import Entry
from minqing.journal.public import reads_of, timeline
from minqing.kernel.access import Role
from minqing.kernel.errors import Conflict, NotAllowed, Refused, TooMany
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, TOWN_DISPATCHER
from minqing.registry import public as registry
from minqing.rights import public as rights
from minqing.rights import rules
from minqing.rights.models import PersonalCode, PersonalSession
from minqing.rights.services.sessions import WRONG, sweep_sessions
from minqing.rights.tests.conftest import ID_NUMBER, NOW, Case

pytestmark = pytest.mark.django_db
PROOF = ID_NUMBER[-6:]


def test_a_code_is_handed_over_against_a_document_and_kept_as_a_hash(person: Case) -> None:
    code = person.hand_over()
    row = PersonalCode.objects.get()
    assert len(code) == rules.CODE_LENGTH
    assert row.number_agreed
    assert row.handed_by_id == person.clerk.person_id
    assert code.encode() not in bytes(row.code_hash) + bytes(row.proof_hash)
    assert PROOF.encode() not in bytes(row.proof_hash)
    line = timeline("resident", person.resident.id)[-1]
    assert "居民身份证原件" in line.sentence
    assert line.who == person.clerk.person_name
    assert code not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_another_number_than_the_file_s_gets_no_code(person: Case) -> None:
    shown = rights.Shown("self", "id_card", id_number="330683195603081005")
    with pytest.raises(Refused) as refused:
        rights.hand_over(
            code_id=uuid7(), resident_id=person.resident.id, shown=shown, by=person.clerk, at=NOW
        )
    assert refused.value.field == "id_number"
    assert not PersonalCode.objects.exists()


@pytest.mark.parametrize("role", [GRID_WORKER, TOWN_DISPATCHER], ids=lambda one: one.key)
def test_only_who_sits_at_a_counter_hands_over(person: Case, role: Role) -> None:
    shown = rights.Shown("self", "id_card", id_number=ID_NUMBER)
    with pytest.raises(NotAllowed):
        rights.hand_over(
            code_id=uuid7(), resident_id=person.resident.id, shown=shown, by=person.here.actor(role), at=NOW
        )


def test_the_same_form_again_shows_no_second_code(person: Case) -> None:
    shown, code_id = rights.Shown("self", "id_card", id_number=ID_NUMBER), uuid7()

    def send() -> None:
        rights.hand_over(
            code_id=code_id, resident_id=person.resident.id, shown=shown, by=person.clerk, at=NOW
        )

    send()
    with pytest.raises(Conflict):
        send()


def test_a_code_and_the_last_six_open_the_file_and_leave_a_read(person: Case) -> None:
    token = rights.open_session(typed_code=person.hand_over().lower(), typed_proof=PROOF.lower(), at=NOW)
    me = rights.session(token, at=NOW)
    assert me is not None
    assert me.resident_id == person.resident.id
    assert reads_of("resident", person.resident.id)[0].who == "本人"
    assert token.encode() not in bytes(PersonalSession.objects.get().token_hash)


def test_a_session_ends_after_fifteen_minutes_without_a_touch(person: Case) -> None:
    token = rights.open_session(typed_code=person.hand_over(), typed_proof=PROOF, at=NOW)
    assert rights.session(token, at=NOW + timedelta(minutes=14))
    assert rights.session(token, at=NOW + timedelta(minutes=28))
    assert rights.session(token, at=NOW + timedelta(minutes=43)) is None
    assert not PersonalSession.objects.exists()


def test_a_session_ends_after_two_hours_however_busy(person: Case) -> None:
    token = rights.open_session(typed_code=person.hand_over(), typed_proof=PROOF, at=NOW)
    for minutes in range(10, 120, 10):
        assert rights.session(token, at=NOW + timedelta(minutes=minutes))
    assert rights.session(token, at=NOW + timedelta(minutes=120)) is None


def test_idle_sessions_are_swept(person: Case) -> None:
    rights.open_session(typed_code=person.hand_over(), typed_proof=PROOF, at=NOW)
    assert sweep_sessions(NOW + timedelta(minutes=5)) == 0
    assert sweep_sessions(NOW + timedelta(minutes=16)) == 1


def test_unknown_code_and_wrong_proof_sound_the_same(person: Case) -> None:
    code = person.hand_over()
    for typed_code, proof in ((code, "000000"), ("23456789AB", PROOF), ("不是码", PROOF), (code, "")):
        with pytest.raises(Refused) as refused:
            rights.open_session(typed_code=typed_code, typed_proof=proof, at=NOW)
        assert refused.value.message == WRONG


def test_guessing_the_last_six_takes_longer_and_then_ends_the_code(person: Case) -> None:
    code, at = person.hand_over(), NOW
    for _ in range(rules.FREE_FAILURES):
        with pytest.raises(Refused):
            rights.open_session(typed_code=code, typed_proof="000000", at=at)
    with pytest.raises(TooMany):
        rights.open_session(typed_code=code, typed_proof=PROOF, at=at)
    for _ in range(rules.FAILURES_MAX - rules.FREE_FAILURES):
        at += timedelta(hours=1)
        with pytest.raises(Refused):
            rights.open_session(typed_code=code, typed_proof="000000", at=at)
    with pytest.raises(Refused, match="停用"):
        rights.open_session(typed_code=code, typed_proof=PROOF, at=at + timedelta(hours=1))


def test_an_expired_code_says_where_to_get_a_new_one(person: Case) -> None:
    with pytest.raises(Refused, match="过期"):
        rights.open_session(typed_code=person.hand_over(), typed_proof=PROOF, at=NOW + rules.CODE_LASTS)


def test_a_new_code_ends_the_old_one_and_its_session(person: Case) -> None:
    old = person.hand_over()
    token = rights.open_session(typed_code=old, typed_proof=PROOF, at=NOW)
    person.hand_over()
    assert rights.session(token, at=NOW) is None
    with pytest.raises(Refused, match="换了新的查阅码"):
        rights.open_session(typed_code=old, typed_proof=PROOF, at=NOW)


def test_an_agent_s_code_leaves_one_s_own_alone(person: Case) -> None:
    own = person.hand_over()
    person.hand_over("agent", "power_of_attorney", holder_name="裘小山")
    assert rights.open_session(typed_code=own, typed_proof=PROOF, at=NOW)
    assert PersonalCode.objects.get(holder="agent").holder_name == "裘小山"


def test_a_code_may_be_withdrawn(person: Case) -> None:
    code = person.hand_over()
    rights.withdraw_code(code_id=PersonalCode.objects.get().id, by=person.clerk, at=NOW)
    with pytest.raises(Refused, match="停用"):
        rights.open_session(typed_code=code, typed_proof=PROOF, at=NOW)


def test_a_file_without_a_number_is_compared_by_the_birthday(person: Case) -> None:
    child = registry.add_resident(
        values=registry.ResidentInput(name="裘小雨", birth_date=date(2018, 6, 1)),
        household_id=person.household.id, relation="grandson", by=person.clerk, at=NOW,
    )  # fmt: skip

    def hand(shown: rights.Shown) -> str:
        return rights.hand_over(code_id=uuid7(), resident_id=child.id, shown=shown, by=person.clerk, at=NOW)[
            1
        ]

    born = date(2018, 6, 1)
    with pytest.raises(Refused, match="由监护人查阅"):
        hand(rights.Shown("self", "household_book", birth_date=born))
    with pytest.raises(Refused, match="姓名"):
        hand(rights.Shown("guardian", "household_book", birth_date=born))
    with pytest.raises(Refused, match="出生日期"):
        hand(rights.Shown("guardian", "household_book", birth_date=date(2018, 6, 2), holder_name="裘大山"))
    code = hand(rights.Shown("guardian", "household_book", birth_date=born, holder_name="裘大山"))
    token = rights.open_session(typed_code=code, typed_proof="2018-06-01", at=NOW)
    me = rights.session(token, at=NOW)
    assert me is not None
    assert me.hand.person_name == "监护人"


def test_of_a_dead_person_only_relatives_read(person: Case) -> None:
    code = person.hand_over()
    row = person.resident
    row.refresh_from_db()
    registry.resident_gone(
        resident_id=row.id, version=row.version, how="died", on=NOW.date(), by=person.clerk, at=NOW
    )
    with pytest.raises(Refused, match="近亲属"):
        rights.open_session(typed_code=code, typed_proof=PROOF, at=NOW)
    with pytest.raises(Refused, match="近亲属"):
        person.hand_over()
    kin = person.hand_over("kin", "kinship", holder_name="裘大山")
    assert rights.open_session(typed_code=kin, typed_proof=PROOF, at=NOW)


def test_who_moved_away_still_reads_their_file(person: Case) -> None:
    code = person.hand_over()
    person.resident.refresh_from_db()
    registry.resident_gone(
        resident_id=person.resident.id, version=person.resident.version, how="left", on=NOW.date(), by=person.clerk,
        at=NOW,
    )  # fmt: skip
    me = rights.session(rights.open_session(typed_code=code, typed_proof=PROOF, at=NOW), at=NOW)
    assert me is not None
    assert me.file.is_closed
