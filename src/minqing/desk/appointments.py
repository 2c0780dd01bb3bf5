"""A person with several appointments sees through all of them and acts in one: what the others could do."""

from __future__ import annotations

from collections.abc import Iterator

from minqing.accounts.public import Acting, AppointedActor
from minqing.kernel.access import Actor


def acting_as_each_other(actor: Actor) -> Iterator[tuple[Acting, AppointedActor]]:
    """Yield each appointment in which the person does not act now, with the actor they would then be.

    That actor holds this one appointment only, so that what it sees to do is that appointment's own.
    """
    if not isinstance(actor, AppointedActor):
        return
    for held in actor.appointments:
        if actor.acting is None or held.id != actor.acting.id:
            yield held, AppointedActor(actor.person_id, actor.person_name, held, (held,))
