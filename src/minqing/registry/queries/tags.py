"""Which tags somebody may ask for or put on a file."""

from __future__ import annotations

from minqing.kernel.access import Actor
from minqing.registry.models import TagKind


def may_see_tag_kind(actor: Actor, kind: TagKind) -> bool:
    """Whether any of the actor's appointments shows who carries this tag, somewhere."""
    wanted = kind.seen_only_with
    return wanted is None or any(held.role in wanted.held_by for held in actor.appointments)


def may_put_tag_kind(actor: Actor, kind: TagKind) -> bool:
    """Whether the acting appointment may put this tag on a file, somewhere."""
    return kind.seen_only_with is None or actor.may(kind.seen_only_with)
