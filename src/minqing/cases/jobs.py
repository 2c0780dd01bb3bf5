"""What cases do by the clock: tell people and other systems what the journal says."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from minqing.cases.sampling import month_before
from minqing.cases.services import sampling, telling
from minqing.cases.services.proposing import propose
from minqing.cases.services.supervising import sweep_reports
from minqing.kernel import clock

ATTEMPTS_MAX = 10  # with exponential waiting: about half a day, then a person looks at the failed job


@app.periodic(cron="* * * * *")
@app.task(name="cases.tell", queueing_lock="cases.tell", lock="cases.tell")
def tell(timestamp: int) -> None:
    """Tell what was written since the last minute, and whose clocks have turned yellow."""
    at = clock.now()
    telling.tell_on(at=at)
    telling.tell_due_soon(at=at)


@app.periodic(cron="0 * * * *")
@app.task(name="cases.tell_nameless", queueing_lock="cases.tell_nameless", lock="cases.tell")
def tell_nameless(timestamp: int) -> None:
    """Tell on the hour what nameless hands wrote in the hour before."""
    telling.tell_on(at=clock.now(), nameless=True)


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.reports", queueing_lock="cases.reports")
def reports(timestamp: int) -> None:
    """Tell of reports on supervised cases that did not come."""
    sweep_reports(at=clock.now())


@app.periodic(cron="20 * * * *")
@app.task(name="cases.propose", queueing_lock="cases.propose")
def propose_for_supervision(timestamp: int) -> None:
    """Put cases that reach a rule before the supervisors."""
    propose(at=clock.now())


@app.periodic(cron="20 18 1 * *")  # 02:20 of the second in the county's time
@app.task(name="cases.draw_sample", queueing_lock="cases.draw_sample")
def draw_sample(timestamp: int) -> None:
    """Draw last month's third-party sample, once a month; a month drawn by hand before stays as it was drawn."""
    at = clock.now()
    sampling.draw_sample(month=month_before(clock.local(at).date()), at=at)


@app.task(name=telling.TELL_ONE, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, exponential_wait=3))
def tell_one(entry_id: str) -> None:
    """Tell what one entry says that failed among others."""
    telling.tell_one(UUID(entry_id), at=clock.now())
