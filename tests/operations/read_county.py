"""Print what a county holds in sealed columns; seal and verify its journal. Run against a cluster of a test."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django


def main() -> None:
    """Read everything through the domains' own code."""
    django.setup()
    from minqing.areas.public import county
    from minqing.cases.models import Case, Contact
    from minqing.journal.public import seal, verify_journal
    from minqing.kernel import clock
    from minqing.registry.models import Enterprise, Resident
    from minqing.registry.public import identities_under

    people = {one.id: one.name for one in Resident.everything.all()}
    sealed = seal(at=clock.now() + timedelta(hours=1))  # nameless entries wait for their hour to end
    numbers = identities_under(people, [county().path])
    found = {
        "residents": {people[id_]: [one.id_number, one.phone] for id_, one in numbers.items()},
        "enterprises": [one.phone for one in Enterprise.everything.all()],
        "contacts": [[one.name, one.phone] for one in Contact.objects.all()],
        "sealed": sealed.size if sealed else 0,
        "verified": verify_journal().sentence(),
        "words": [one.words for one in Case.everything.all()],
    }
    sys.stdout.write(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
