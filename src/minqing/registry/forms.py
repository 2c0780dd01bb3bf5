"""The forms of the registry. What a form lets through, the service still checks and refuses by field name.

An edit form never holds an ID number or a phone: the box is empty, the help says what is on file (masked).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms

from minqing.kernel.text import CleanCharField, CleanTextField
from minqing.registry import rules
from minqing.registry.models.imports import IMPORT_KINDS
from minqing.registry.queries.search import TEXT_MAX
from minqing.registry.services.inputs import EnterpriseInput, HouseholdInput, PlaceInput, ResidentInput

Choices = Sequence[tuple[str, str]]

NUMBER_MAX: Final = 30  # an ID number written with blanks or full-width digits still fits
KEEP: Final = "留空表示不改"
_NOTHING: Final = [("", "—")]


def _date(label: str, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def _choice(label: str, choices: Mapping[str, str], *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*_NOTHING, *choices.items()], required=required)


def _text(label: str, longest: int, *, required: bool = False, help_text: str = "") -> CleanCharField:
    return CleanCharField(label=label, max_length=longest, required=required, help_text=help_text)


def _degrees(label: str, most: int) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=-most, max_value=most, required=False)


class FileForm(forms.Form):
    """What the four forms share: the client's id of a new file, or the version of the one being edited."""

    numbers: tuple[str, ...] = ()

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    area = forms.TypedChoiceField(label="所属网格", coerce=UUID, empty_value=None, required=False)

    def __init__(
        self,
        *args: Any,
        areas: Iterable[tuple[UUID, str]] = (),
        masked: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """``areas`` are the choices; ``masked`` (of ``edit_values``) makes it an edit form."""
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        area.choices = [*_NOTHING, *((str(one), name) for one, name in areas)]
        for number in self.numbers:
            if masked is None:
                del self.fields[f"forget_{number}"]
            else:
                on_file = f"（现在登记的是 {masked[number]}）" if masked.get(number) else "（现在没有登记）"
                self.fields[number].help_text = KEEP + on_file

    def forgotten(self) -> frozenset[str]:
        """Return the numbers whose box "清除" was ticked."""
        return frozenset(number for number in self.numbers if self.cleaned_data.get(f"forget_{number}"))

    def said(self, *names: str) -> dict[str, Any]:
        """Return cleaned values by name."""
        return {name: self.cleaned_data[name] for name in names}


class ResidentForm(FileForm):
    """A resident."""

    numbers = ("id_number", "phone")

    name = _text("姓名", rules.NAME_MAX, required=True)
    id_number = _text("证件号", NUMBER_MAX, help_text="18 位居民身份证号；没有可以不填")
    forget_id_number = forms.BooleanField(label="清除已登记的证件号", required=False)
    sex = _choice("性别", rules.SEX_LABELS)
    birth_date = _date("出生日期")
    phone = _text("电话", NUMBER_MAX)
    forget_phone = forms.BooleanField(label="清除已登记的电话", required=False)
    occupation = _text("职业", rules.SHORT_MAX)
    presence = forms.ChoiceField(
        label="居住状态", choices=list(rules.PRESENCE_LABELS.items()), initial=rules.HERE
    )
    away_at = _text("外出去向", rules.SHORT_MAX)
    origin = _text("户籍地", rules.SHORT_MAX, help_text="户籍不在本地的填写")
    address_note = _text("住址备注", rules.ADDRESS_MAX, help_text="不在任何一户里的，写住在哪里")

    def as_input(self) -> ResidentInput:
        """Return what was said, for the service."""
        names = (
            "name", "sex", "birth_date", "id_number", "phone", "occupation", "presence", "away_at", "origin",
            "address_note",
        )  # fmt: skip
        return ResidentInput(**self.said(*names), forget=self.forgotten())


class NewMemberForm(ResidentForm):
    """A resident registered straight into a household."""

    relation = _choice("与户主关系", rules.RELATION_LABELS, required=True)


class HouseholdForm(FileForm):
    """A household."""

    address = _text("住址", rules.ADDRESS_MAX, required=True, help_text="写到门牌号")
    code = _text("户编号", rules.CODE_MAX)
    lon = _degrees("经度", 180)
    lat = _degrees("纬度", 90)

    def as_input(self) -> HouseholdInput:
        """Return what was said, for the service."""
        return HouseholdInput(**self.said("address", "code", "lon", "lat"))


class EnterpriseForm(FileForm):
    """An enterprise."""

    numbers = ("phone",)

    name = _text("企业名称", rules.ADDRESS_MAX, required=True)
    uscc = _text("统一社会信用代码", NUMBER_MAX)
    industry = _text("行业", rules.SHORT_MAX)
    employees = _choice("从业人数", rules.EMPLOYEE_BANDS)
    contact_name = _text("联系人", rules.NAME_MAX)
    phone = _text("联系电话", NUMBER_MAX)
    forget_phone = forms.BooleanField(label="清除已登记的电话", required=False)
    address = _text("地址", rules.ADDRESS_MAX)
    lon = _degrees("经度", 180)
    lat = _degrees("纬度", 90)

    def as_input(self) -> EnterpriseInput:
        """Return what was said, for the service."""
        names = ("name", "uscc", "industry", "employees", "contact_name", "phone", "address", "lon", "lat")
        return EnterpriseInput(**self.said(*names), forget=self.forgotten())


class PlaceForm(FileForm):
    """A place."""

    name = _text("名称", rules.ADDRESS_MAX, required=True)
    kind = _choice("类型", rules.PLACE_KINDS, required=True)
    address = _text("地址", rules.ADDRESS_MAX)
    lon = _degrees("经度", 180)
    lat = _degrees("纬度", 90)

    def as_input(self) -> PlaceInput:
        """Return what was said, for the service."""
        return PlaceInput(**self.said("name", "kind", "address", "lon", "lat"))


class MoveInForm(forms.Form):
    """A resident already on file joins a household."""

    resident = forms.UUIDField(widget=forms.HiddenInput)
    household = forms.UUIDField(widget=forms.HiddenInput)
    relation = _choice("与户主关系", rules.RELATION_LABELS, required=True)
    on = _date("迁入日期")


class MoveOutForm(forms.Form):
    """A resident leaves the household."""

    resident = forms.UUIDField(widget=forms.HiddenInput)
    on = _date("迁出日期")


class HeadForm(forms.Form):
    """A member becomes the head."""

    resident = forms.UUIDField(widget=forms.HiddenInput)
    before_becomes = forms.ChoiceField(
        label="原户主是新户主的",
        choices=[(key, label) for key, label in rules.RELATION_LABELS.items() if key != rules.HEAD],
        initial="other_kin",
    )


class GoneForm(forms.Form):
    """A resident died or moved away."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    how = _choice("情况", rules.LEAVING_LABELS, required=True)
    on = _date("日期", required=True)
    reason = _text("说明", rules.REASON_MAX)


class CloseForm(forms.Form):
    """A household, enterprise or place is no more."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    on = _date("日期", required=True)
    reason = _text("说明", rules.REASON_MAX)


class TagForm(forms.Form):
    """A tag put on a file; ``kinds`` of ``tag_kinds(subject_kind)`` are the choices."""

    kind = forms.ChoiceField(label="标签")
    reason = CleanTextField(
        label="理由", max_length=rules.REASON_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
    starts_on = _date("开始日期")
    ends_on = _date("截止日期")
    ends_on.help_text = "敏感标签必填，到期再核实"
    consent = forms.ChoiceField(
        label="谁同意的",
        required=False,
        choices=[("", "不需要同意"), *rules.CONSENT_LABELS.items()],
        help_text="标签后面注明“要同意”的，先问过本人；不满 14 周岁的问监护人",
    )

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*_NOTHING, *kinds]


class EndTagForm(forms.Form):
    """A tag taken off."""

    tag = forms.UUIDField(widget=forms.HiddenInput)
    reason = _text("去掉的理由", rules.REASON_MAX, required=True)


class SearchForm(forms.Form):
    """A list's filters, all of which live in the address. Invalid ones are left out, never an error page."""

    text = _text("找什么", TEXT_MAX, help_text="姓名、拼音首字母、住址或名称")
    kind = forms.ChoiceField(
        label="类别", choices=list(rules.KIND_LABELS.items()), required=False, initial=rules.RESIDENT
    )
    area = forms.UUIDField(required=False)
    tag = forms.SlugField(required=False, max_length=40)
    closed = forms.BooleanField(label="包括已注销的", required=False)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class ExactForm(forms.Form):
    """A whole ID number, phone or credit code. Sent by POST: it must not stand in an address or a log."""

    value = _text("证件号、电话或统一社会信用代码", NUMBER_MAX, required=True)


class UploadForm(forms.Form):
    """A spreadsheet."""

    kind = forms.ChoiceField(label="导入什么", choices=list(IMPORT_KINDS.items()))
    file = forms.FileField(
        label="表格文件",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        allow_empty_file=True,
    )
