import time
from datetime import datetime

import pytest

from minqing.accounts.public import Person, actor_of
from minqing.cases.public import Case
from minqing.diary.public import due_visits
from minqing.seed.public import demonstration_accounts, load
from minqing.seed.world import LOCAL
from minqing.workflow.public import todo


@pytest.mark.django_db
def test_it_loads():
    t = time.time()
    at = datetime(2026, 11, 21, 15, tzinfo=LOCAL)
    loaded = load(at=at, scale=1.0, say=lambda s: print(round(time.time() - t, 1), s))
    print(loaded, time.time() - t)
    for a in demonstration_accounts():
        print(a)
        p = Person.objects.get(username=a.username)
        ac = actor_of(p, at.date())
        for one in ac.appointments:
            ac = actor_of(p, at.date(), one.id)
            print(
                "   ",
                one.label,
                "todo",
                todo(ac).count(),
                todo(ac).filter(next_due_at__lte=at).count(),
                "cases",
                Case.objects.visible_to(ac).count(),
                "due",
                len(due_visits(ac, at)),
                [d.reason for d in due_visits(ac, at)][:4],
            )
