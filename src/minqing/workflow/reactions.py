"""What runs do when people come and go: nothing waits for the next round to lie on somebody's list."""

from __future__ import annotations

from minqing.accounts.events import AccountClosed, AccountReopened, Appointed, AppointmentEnded, UnitClosed
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.services.posts import watch_posts


@reacts_to(UnitClosed)
def after_a_unit(event: UnitClosed, entry: Recorded) -> None:
    """What a dissolved unit still had goes to the duty desk."""
    watch_posts(at=entry.at)


@reacts_to(AppointmentEnded)
def after_an_end(event: AppointmentEnded, entry: Recorded) -> None:
    """What nobody answers for any more goes to the duty desk; a name that may no longer act is taken off."""
    watch_posts(at=entry.at)


@reacts_to(Appointed)
def after_an_appointment(event: Appointed, entry: Recorded) -> None:
    """What a duty desk stood in for goes back to whoever holds the post now."""
    watch_posts(at=entry.at)


@reacts_to(AccountClosed)
def after_a_closed_account(event: AccountClosed, entry: Recorded) -> None:
    """Whoever can no longer sign in answers for nothing."""
    watch_posts(at=entry.at)


@reacts_to(AccountReopened)
def after_a_reopened_account(event: AccountReopened, entry: Recorded) -> None:
    """Whoever may sign in again answers again."""
    watch_posts(at=entry.at)
