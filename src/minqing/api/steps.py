"""Steps as the interface asks for them and takes them: one form for pages and machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from minqing.accounts import public as accounts
from minqing.api.schemas_work import StepIn, StepOut, need_out
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel.errors import Refused
from minqing.workflow import public as workflow


class WrongField(Refused):
    """A value that the step's form does not take (422)."""


def steps_out(steps: Sequence[workflow.Step], area: areas.Area) -> list[StepOut]:
    """Show steps with what each asks for, and what may be chosen here."""
    units = accounts.units_for(area) if steps else []
    found = []
    for step in steps:
        fields = cases.StepForm(step, units).fields
        needs = [need_out(one, getattr(fields.get(one.key), "choices", ())) for one in step.needs]
        found.append(StepOut(key=step.key, label=step.label, needs=needs))
    return found


def step_input(
    step: workflow.Step, area: areas.Area, given: StepIn, photos: Sequence[UploadedFile[Any]]
) -> cases.StepInput:
    """Return what was supplied, checked by the step's own form. Raises :class:`WrongField`."""
    wanted = {one.key: one.kind for one in step.needs}
    if strange := sorted(set(given.values) - set(wanted)):
        raise WrongField(f"“{step.label}”不用填这一项，请去掉。", field=f"values.{strange[0]}")
    photo = next((key for key, kind in wanted.items() if kind is workflow.NeedKind.PHOTO), None)
    if photos and photo is None:
        raise WrongField(f"“{step.label}”不收照片。", field="photos")
    data = QueryDict(mutable=True)
    data[f"{step.key}-leg"] = str(given.leg)
    for key, value in given.values.items():
        if isinstance(value, list) and wanted[key] is not workflow.NeedKind.CHOICE_UNITS:
            raise WrongField("这一项只填一个，请用文字。", field=f"values.{key}")
        several = value if isinstance(value, list) else [value]
        data.setlist(f"{step.key}-{key}", several)
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict()
    if photos:
        files.setlist(f"{step.key}-{photo}", list(photos))
    form = cases.StepForm(step, accounts.units_for(area), data, files)
    if not form.is_valid():
        field, messages = next(iter(form.errors.items()))
        where = "photos" if field == photo else f"values.{field}" if field in wanted else None
        raise WrongField(str(messages[0]), field=where)
    return form.given()


def pictures(photos: Sequence[UploadedFile[Any]]) -> list[BinaryIO]:
    """Return uploads as the services read them."""
    return list(photos)  # type: ignore[arg-type]  # an upload reads like a file
