"""How a page that took a form answers a refusal: beside its field, with everything typed still there."""

from __future__ import annotations

from django.forms import BaseForm

from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany


def refused_onto(form: BaseForm, refused: Refused) -> int:
    """Write a refusal into the form and return the page's status; what no form can mend is raised again."""
    if isinstance(refused, NotThere | NotAllowed | TooMany):
        raise refused
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, refused.message)
    return 409 if isinstance(refused, Conflict) else 400
