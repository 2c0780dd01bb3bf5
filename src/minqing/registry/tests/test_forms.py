"""Whatever is typed, a form answers with a sentence: never an exception, never a number that was on file."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from hypothesis import given, settings
from hypothesis import strategies as st

from minqing.kernel.errors import Refused
from minqing.kernel.ids import uuid7
from minqing.registry import public as registry
from minqing.registry.services.inputs import (
    checked_enterprise,
    checked_household,
    checked_place,
    checked_resident,
)
from minqing.registry.tests.test_rules import TODAY

JUNK = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["", "\u202e反写", "\u200b", "\0", "NaN", "inf", "1e999", "=1+1", "<script>", "9" * 400]),
)
FORMS = (
    registry.ResidentForm, registry.NewMemberForm, registry.HouseholdForm, registry.EnterpriseForm,
    registry.PlaceForm, registry.MoveInForm, registry.MoveOutForm, registry.HeadForm, registry.GoneForm,
    registry.CloseForm, registry.TagForm, registry.EndTagForm, registry.SearchForm, registry.ExactForm,
)  # fmt: skip


def refused_by(check: Callable[[], object]) -> Refused | None:
    try:
        check()
    except Refused as refused:
        return refused
    return None


@settings(deadline=None)
@given(st.sampled_from(FORMS), st.lists(JUNK, min_size=16, max_size=16))
def test_any_junk_in_any_form_is_answered(form: type[Form], junk: list[str]) -> None:
    filled = form(dict(zip(form.base_fields, junk, strict=False)))
    filled.is_valid()
    str(filled)


@settings(deadline=None)
@given(name=JUNK, number=JUNK, phone=JUNK, more=JUNK, lon=st.floats(), lat=st.floats())
def test_the_services_check_again_what_no_form_has_seen(
    name: str, number: str, phone: str, more: str, lon: float, lat: float
) -> None:
    checks: tuple[Callable[[], object], ...] = (
        lambda: checked_resident(
            registry.ResidentInput(name=name, id_number=number, phone=phone, sex=more), TODAY
        ),
        lambda: checked_household(registry.HouseholdInput(address=more, lon=lon, lat=lat)),
        lambda: checked_enterprise(registry.EnterpriseInput(name=name, uscc=number, lon=lon, lat=lat)),
        lambda: checked_place(registry.PlaceInput(name=name, kind=more)),
    )
    for check in checks:
        refusal = refused_by(check)
        assert refusal is None or (refusal.message.endswith("。") and refusal.field)


def test_an_edit_form_says_what_is_on_file_and_holds_nothing() -> None:
    area = uuid7()
    form = registry.ResidentForm(
        initial={"name": "裘阿婆"},
        areas=[(area, "举坑村第一网格")],
        masked={"id_number": "330683************"},
    )
    page = str(form)
    assert "留空表示不改（现在登记的是 330683************）" in page
    assert "留空表示不改（现在没有登记）" in page
    assert 'value="330683' not in page
    new = registry.ResidentForm(
        {"name": "裘阿婆", "presence": "here", "area": str(area)}, areas=[(area, "x")]
    )
    assert new.is_valid()
    assert new.cleaned_data["area"] == area
    assert "forget_phone" not in new.fields
