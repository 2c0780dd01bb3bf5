"""Work of the registry that nobody waits for: large spreadsheets, what a killed worker left, what is too old."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from minqing.areas.public import county
from minqing.kernel import clock
from minqing.registry.services import duplicates, imports, merging

ATTEMPTS_MAX: Final = 6
_RETRY: Final = RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=20)
# A worker says every 10 seconds that it lives; one that has said nothing for so long was killed.
SILENT_SECONDS: Final = 45


@app.task(name=imports.CHECK_JOB, pass_context=True, retry=_RETRY)
def check_import(context: JobContext, batch_id: str) -> None:
    """Read and check a large spreadsheet."""
    imports.check_import(UUID(batch_id), clock.now(), is_last_try=_is_last(context))


@app.task(name=imports.APPLY_JOB, pass_context=True, retry=_RETRY)
def apply_import(context: JobContext, batch_id: str) -> None:
    """Register a large spreadsheet, going on where an earlier run ended."""
    imports.carry_on_import(UUID(batch_id), clock.now(), is_last_try=_is_last(context))


def _is_last(context: JobContext) -> bool:
    return context.job.attempts >= ATTEMPTS_MAX


@app.periodic(cron="* * * * *")
@app.task(name="registry.pick_up_imports", queueing_lock="registry.pick_up_imports", pass_context=True)
async def pick_up_imports(context: JobContext, timestamp: int) -> None:
    """Give jobs of imports whose worker was killed to a worker that lives."""
    manager = context.app.job_manager
    for name in (imports.CHECK_JOB, imports.APPLY_JOB):
        for job in await manager.get_stalled_jobs(task_name=name, seconds_since_heartbeat=SILENT_SECONDS):
            await manager.retry_job(job)


@app.periodic(cron="41 3 * * *")
@app.task(name="registry.expire_imports", queueing_lock="registry.expire_imports")
def expire_imports(timestamp: int) -> None:
    """Delete what spreadsheets older than a week still hold, at night."""
    imports.expire_imports(clock.now())


@app.periodic(cron="37 1 * * *")
@app.task(name="registry.find_duplicates", queueing_lock="registry.find_duplicates")
def find_duplicates(timestamp: int) -> None:
    """Look through the whole county for files of one person, at night."""
    duplicates.find_duplicates(under=county(), at=clock.now())


@app.periodic(cron="52 3 * * *")
@app.task(name="registry.forget_merges", queueing_lock="registry.forget_merges")
def forget_merges(timestamp: int) -> None:
    """Empty what merges that can no longer be undone hold of the files as they were, at night."""
    merging.forget_merges(clock.now())
