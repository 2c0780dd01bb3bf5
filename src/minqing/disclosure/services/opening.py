"""Open a file: find the work that links its reader to it, and leave the entry that says which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from minqing.disclosure.events import OpeningRefused
from minqing.disclosure.queries.links import About, about, about_subject, find_link
from minqing.disclosure.rules import Link
from minqing.journal.public import record, record_read
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed
from minqing.registry import public as registry


class NeedsReason(NotAllowed):
    """No work links the actor to this file; a page offers to break the glass."""

    def __init__(self, who: registry.SubjectView) -> None:
        super().__init__("您与这份档案目前没有工作联系。确有急需，可以说明理由破例查阅。")
        self.who = who


@dataclass(frozen=True, slots=True)
class Opened:
    """A file, and why it opened."""

    file: registry.Dossier
    because: Link


def open_file(*, ref: registry.SubjectRef, by: Actor, at: datetime, also: Iterable[Link] = ()) -> Opened:
    """Return a file and record once that it was read, and why. The page is ``no-store``.

    ``also``: links found by another domain. Raises :class:`NotThere`, or :class:`NeedsReason`, which is an entry too.
    """
    file = registry.dossier(ref, by, at)
    link = _link_or_refuse(about(file), file.subject, by, at, also)
    record_read(
        subject_kind=ref.kind, subject_id=ref.id, area_id=file.subject.area_id, by=by.hand, at=at,
        purpose=link.purpose, because=link.because, link_kind=link.kind, link_id=link.id,
    )  # fmt: skip
    return Opened(file, link)


def linked(
    *,
    ref: registry.SubjectRef,
    by: Actor,
    at: datetime,
    also: Iterable[Link] = (),
    who: registry.SubjectView | None = None,
    area_path: str = "",
) -> Link:
    """Return why the actor may work on a file, without opening it: for what is posted, and for what stands beside it.

    ``who`` and ``area_path``: where the page has them already. Raises :class:`NotThere` or :class:`NeedsReason`.
    """
    who = who or registry.subject(ref.kind, ref.id, by)
    return _link_or_refuse(about_subject(who, area_path), who, by, at, also)


def _link_or_refuse(
    of: About, who: registry.SubjectView, by: Actor, at: datetime, also: Iterable[Link]
) -> Link:
    link = find_link(of, by, at, also)
    if link is None:
        with transaction.atomic():
            record(
                OpeningRefused(subject_kind=of.ref.kind, subject_id=of.ref.id, area_id=who.area_id),
                by=by.hand,
                at=at,
            )
        raise NeedsReason(who)
    return link
