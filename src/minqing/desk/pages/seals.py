"""封存与核验: how far the journal is sealed, and what verifications of it found."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page

SEALS_SHOWN: Final = 30
CHECKS_SHOWN: Final = 14


@page(journal.SEE_SEALS)
@require_safe
@never_cache
def seals(request: OfficialRequest) -> HttpResponse:
    """Show the state, the newest roots and the outcome of the last verifications."""
    values = {
        "state": journal.seal_state(at=clock.now()),
        "roots": [journal.root_of_seal(one) for one in journal.recent_seals(SEALS_SHOWN)],
        "checks": journal.recent_checks(CHECKS_SHOWN),
        "keys": [journal.write_public_key(*one) for one in sorted(journal.public_keys().items())],
    }
    return render(request, "desk/administration/seals.html", values)
