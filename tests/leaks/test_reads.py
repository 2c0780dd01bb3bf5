"""Who opened a file is written down: one entry a request, none for lists and refusals."""

from __future__ import annotations

from typing import Final

import pytest

from minqing.journal.models import Entry
from tests.canary import Planted
from tests.fillings import ENTERED, places
from tests.strangers import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_who_asks_stays")]

# A file opened; the look beside the list shows its words, so it is one too. A visit is its household's diary.
READS: Final = {
    "desk:case", "desk:case_print", "desk:preview", "desk:dossier", "mobile:matter", "mobile:subject", "api:case",
    "desk:rights_request", "desk:dossier_edit", "desk:tag_end", "desk:set_head",
}  # fmt: skip
# Two people's files side by side: each of them finds it in their own list.
TWO_FILES: Final = {"desk:duplicate"}


def reads() -> int:
    """Count files opened; a refused try is an entry of another kind."""
    return Entry.objects.filter(kind="journal.file_opened").count()


@pytest.mark.parametrize("role", ["village_clerk", "grid_worker", "reviewer"])
def test_one_entry_for_every_file_opened(planted: Planted, role: str) -> None:
    person = planted.here.people[role]
    client = client_of(person)
    wrong, opened = [], 0
    for place in places(planted, each_max=2 if role == "village_clerk" else 1):
        before = reads()
        answer = client.get(place.url)
        written = reads() - before
        files = 2 if place.address.name in TWO_FILES else int(place.address.name in READS)
        expected = files if answer.status_code == 200 else 0
        opened += expected
        if written != expected:
            wrong.append(
                f"{place.address.name}: {answer.status_code}, {written} entries instead of {expected}"
            )
    assert not wrong, "\n".join(wrong)
    assert opened >= 3
    latest = Entry.objects.filter(kind="journal.file_opened").order_by("-xact", "-id")[0]
    assert latest.person_id == person.id
    assert latest.appointment_label
    assert latest.facts["because"]
    assert latest.facts["link_kind"]


def test_every_page_of_a_record_is_a_read_or_known_not_to_be() -> None:
    assert set(ENTERED) >= READS | TWO_FILES


def test_a_refused_reader_leaves_no_read(planted: Planted) -> None:
    before = reads()
    client = client_of(planted.here.people["auditor"])
    for place in places(planted, each_max=1):
        if place.is_one_record:
            client.get(place.url)
    assert reads() == before
