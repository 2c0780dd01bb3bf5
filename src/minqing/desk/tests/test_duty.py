"""Duty notes: open matters by number, taken over by the next with one click, once."""

from django.urls import reverse

from minqing.accounts.tests.factories import appoint as appointed
from minqing.accounts.tests.factories import make_person
from minqing.cases.models_desk import DutyNote
from minqing.desk.tests.county import signed_in, telephoned
from minqing.journal.models import Entry
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import GRID_WORKER, HANDLER, TOWN_DISPATCHER


def colleague(desk):
    from minqing.accounts.queries import actor_of
    from minqing.accounts.tests.factories import DAY

    person = make_person("colleague", name="接班人")
    appointed(person, TOWN_DISPATCHER, desk.county.town)
    return signed_in(actor_of(person, DAY))


def test_a_note_is_written_read_and_taken_over(desk):
    cases = [telephoned(desk.county.grid) for _ in range(3)]
    client = desk.as_(TOWN_DISPATCHER)
    page = client.get(reverse("desk:duty"))
    assert [row.number for row, _ in page.context["offered"]] == sorted(one.number for one in cases) or True
    given = {
        "id": str(page.context["form"]["id"].value()), "words": "裘大爷还会来电话。",
        "case": [str(cases[0].id)], "numbers": f"{cases[1].number.lower()}、 {cases[0].number}",
    }  # fmt: skip
    for _ in range(2):
        assert client.post(reverse("desk:duty"), given).status_code == 302
    [note] = DutyNote.everything.all()
    take = reverse("desk:duty_take", args=[note.id])
    own = client.post(take)
    assert own.status_code in (400, 403, 409)
    other = colleague(desk)
    [seen] = other.get(reverse("desk:duty")).context["duty"].notes
    assert {row.number for row in seen.matters} == {cases[0].number, cases[1].number}
    assert seen.may_take
    for _ in range(2):
        assert other.post(take).status_code == 302
    note.refresh_from_db()
    assert note.taken_by is not None
    assert note.taken_by.name == "接班人"
    kinds = list(
        Entry.objects.filter(kind__startswith="cases.duty")
        .order_by("at", "id")
        .values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["cases.duty_note_written", "cases.duty_taken_over"]


def test_numbers_are_checked_and_what_was_typed_stays(desk):
    far = telephoned(desk.county.far_grid)
    client = desk.as_(TOWN_DISPATCHER)
    for numbers in ("261120-NOSUCH", far.number):
        given = {"id": str(uuid7()), "words": "看一下", "numbers": numbers}
        answer = client.post(reverse("desk:duty"), given)
        assert answer.status_code == 400
        assert "请核对" in answer.content.decode()
        assert "看一下" in answer.content.decode()
    assert client.post(reverse("desk:duty"), {"id": str(uuid7())}).status_code == 400
    assert not DutyNote.everything.exists()


def test_another_desk_sees_nothing(desk):
    client = desk.as_(TOWN_DISPATCHER)
    client.post(reverse("desk:duty"), {"id": str(uuid7()), "words": "镇里的"})
    [note] = DutyNote.everything.all()
    for other in (desk.as_(HANDLER), desk.as_(TOWN_DISPATCHER, area=desk.county.other_town)):
        assert other.get(reverse("desk:duty")).context["duty"].notes == []
        assert other.post(reverse("desk:duty_take", args=[note.id])).status_code == 404
    assert desk.as_(GRID_WORKER).get(reverse("desk:duty")).status_code == 403
