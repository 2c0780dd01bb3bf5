"""The forms of cases: reporting, stepping, answering. A step's form is made from the step's needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from minqing.accounts.public import Unit
from minqing.cases.permissions import START_LINES
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.cases.queries.queue import topics
from minqing.cases.rules import ANSWER_WORDS_MAX, NAME_MAX, PHOTOS_MAX, WORDS_MAX
from minqing.cases.services.steps import StepInput
from minqing.kernel.access import Actor
from minqing.kernel.text import CleanCharField, CleanTextField
from minqing.ui.fields import BigChoices, BigManyChoices, DateInput, PhotosField, ReadyChoices
from minqing.workflow.public import Need, NeedKind, Step

STEP_TEXT_MAX: Final = 1000
LINE_MAX: Final = 100
NUMBER_MAX: Final = 1_000_000
# A mobile number, or a landline with or without its area code.
PHONE = re.compile(r"^(1[3-9]\d{9}|(0\d{2,3}-?)?[1-9]\d{6,7})$")


class PhoneField(CleanCharField):
    """A telephone number as people write it: blanks and dashes are taken out, full-width digits folded."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("label", "电话")
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return text.translate(str.maketrans("０１２３４５６７８９－", "0123456789-")).replace(" ", "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value or PHONE.match(value):
            return
        if value.isdigit() and len(value) == 10 and value.startswith("1"):
            raise forms.ValidationError("手机号少一位，请核对。")
        if value.isdigit() and len(value) == 12 and value.startswith("1"):
            raise forms.ValidationError("手机号多一位，请核对。")
        raise forms.ValidationError("电话号码不对，请填 11 位手机号，或带区号的座机。")


def _words(label: str = "您想说什么？", rows: int = 5) -> CleanTextField:
    return CleanTextField(
        label=label,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": rows, "placeholder": "什么事、在哪里、什么时候开始的"}),
        error_messages={
            "required": "请写下您要反映的事。",
            "max_length": f"写得太长了（最多 {WORDS_MAX} 字），请分几次说，提交后可以“补充一句”。",
        },
    )


def _sent_id() -> forms.UUIDField:
    # Made by us with the page: if it is missing, the page came incomplete, and the page gives it a new one.
    incomplete = "这一页没有加载完整，请再点一次提交。"
    return forms.UUIDField(
        label="提交",
        widget=forms.HiddenInput,
        error_messages={"required": incomplete, "invalid": incomplete},
    )


class ReporterReportForm(forms.Form):
    """A resident's report by a door code: no account, a name and number only if they wish."""

    id = _sent_id()
    words = _words()
    photos = PhotosField(label="照片", required=False, photos_max=PHOTOS_MAX)
    anonymous = forms.ChoiceField(
        label="要不要留下联系方式？",
        choices=[("no", "留联系方式：办好后回访您"), ("yes", "匿名：不留任何痕迹，凭回执码查看")],
        initial="no",
        widget=BigChoices,
    )
    name = CleanCharField(label="怎么称呼您", max_length=NAME_MAX, required=False)
    phone = PhoneField(label="联系电话", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("anonymous") == "no" and "phone" not in self.errors and not data.get("phone"):
            self.add_error("phone", "请留一个电话，方便回访；不想留，请选“匿名”。")
        return data


class OfficerReportForm(forms.Form):
    """A case written down by an officer or at the hotline."""

    id = _sent_id()
    area = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "请选择事情发生的辖区。"})
    words = _words("反映的事情")
    topic = forms.ChoiceField(label="事项类别", required=False)
    name = CleanCharField(label="反映人", max_length=NAME_MAX, required=False)
    phone = PhoneField(label="联系电话", required=False)
    photos = PhotosField(label="照片", required=False, photos_max=PHOTOS_MAX)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = topic_choices()  # type: ignore[attr-defined]


class VillageReportForm(OfficerReportForm):
    """The same in a village: whoever writes it down may let group leader and micro-grid try first."""

    procedure = forms.ChoiceField(
        label="先由谁办",
        choices=[
            ("", "照常：村（社区）受理，马上办"),
            ("three_lines", "组长、微网格先办，办不了逐级上交（三道防线）"),
        ],
        required=False,
        widget=BigChoices,
        help_text="小事不过夜：组长和微网格一天内办，办不了自动升到村干部、村书记，再到镇街",
    )


def report_form_for(actor: Actor) -> type[OfficerReportForm]:
    """Return the form in which somebody writes a matter down: in a village it asks who tries first."""
    return VillageReportForm if actor.may(START_LINES) else OfficerReportForm


class HotlineReportForm(OfficerReportForm):
    """The hotline's intake: whoever calls can be called back, unless they would not say."""

    phone = PhoneField(label="来电号码", required=False)
    caller_refused = forms.BooleanField(label="来电人不愿留号码", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("phone") and "phone" not in self.errors and not data.get("caller_refused"):
            self.add_error("phone", "请记下来电号码；来电人不愿留，请勾选“来电人不愿留号码”。")
        return data


class WordForm(forms.Form):
    """A word added to one's own case."""

    words = _words("补充一句", rows=3)
    photos = PhotosField(label="照片", required=False, photos_max=PHOTOS_MAX)


class AnswerForm(forms.Form):
    """Two questions: was it done, and are you content."""

    done = forms.ChoiceField(
        label="这件事办好了吗？",
        choices=[("yes", "办好了"), ("no", "没有办好")],
        widget=BigChoices,
        error_messages={"required": "请先回答：这件事办好了吗？"},
    )
    content = forms.ChoiceField(
        label="对办理满意吗？", choices=list(CONTENT_LABELS.items()), widget=BigChoices, required=False
    )
    words = CleanTextField(
        label="还想说什么（可不填）",
        max_length=ANSWER_WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("done") == "yes" and not data.get("content"):
            self.add_error("content", "请选择对办理满意不满意。")
        return data


class StepForm(forms.Form):
    """The form of one step: a field for every need, and the leg the person was looking at."""

    leg = forms.IntegerField(
        label="提交",
        widget=forms.HiddenInput,
        min_value=1,
        max_value=10_000,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "这一页没有加载完整，请核对后再提交一次。"
        ),
    )

    def __init__(
        self,
        step: Step,
        units: Sequence[Unit],
        *args: Any,
        people: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        """``people``: (id, label) of those who may be named, where the step asks for a person."""
        kwargs.setdefault("prefix", step.key)
        super().__init__(*args, **kwargs)
        self.step = step
        for need in step.needs:
            self.fields[need.key] = _field(need, units, people)

    def given(self) -> StepInput:
        """Return what was supplied, for the service."""
        values: dict[str, str] = {}
        photos: list[UploadedFile[Any]] = []
        for need in self.step.needs:
            value = self.cleaned_data.get(need.key)
            if need.kind is NeedKind.PHOTO:
                photos = list(value or [])
            elif isinstance(value, list):
                values[need.key] = ",".join(value)
            elif value not in (None, ""):
                values[need.key] = str(value)
        return StepInput(values, photos)  # type: ignore[arg-type]


def _field(need: Need, units: Sequence[Unit], people: Sequence[tuple[str, str]]) -> forms.Field:
    asked: dict[str, Any] = {"label": need.label, "required": need.required, "help_text": need.help}
    missing = {"required": f"请填写{need.label}。"}
    match need.kind:
        case NeedKind.PHOTO:
            return PhotosField(**asked, photos_max=PHOTOS_MAX)
        case NeedKind.CHOICE_UNIT:
            choices = [("", "请选择单位"), *((str(one.id), one.name) for one in units)]
            gone = "这个单位已撤销或管不到这里，请另选。"
            chosen = {"required": f"请选择{need.label}。", "invalid_choice": gone}
            return forms.ChoiceField(**asked, choices=ReadyChoices(choices), error_messages=chosen)
        case NeedKind.CHOICE_UNITS:
            return forms.MultipleChoiceField(
                **asked,
                choices=[(str(one.id), one.name) for one in units],
                widget=BigManyChoices,
                error_messages={
                    "required": f"请至少选一个{need.label}。",
                    "invalid_choice": "选的单位里有已撤销或管不到这里的，请重新选择。",
                },
            )
        case NeedKind.CHOICE_PERSON:
            return forms.ChoiceField(
                **asked,
                choices=[("", "请选择"), *people],
                error_messages={
                    "required": f"请选择{need.label}。",
                    "invalid_choice": "这位同志现在不在名单里，请另选一位。",
                },
            )
        case NeedKind.CHOICE_TOPIC:
            return forms.ChoiceField(**asked, choices=topic_choices())
        case NeedKind.CHOICE:
            return forms.ChoiceField(
                **asked,
                choices=need.choices,
                widget=BigChoices,
                error_messages={"required": f"请选择：{need.label}？"},
            )
        case NeedKind.YES_NO:
            return forms.ChoiceField(**asked, choices=[("yes", "是"), ("no", "否")], widget=forms.RadioSelect)
        case NeedKind.DATE:
            wrong = missing | {"invalid": "日期不对，请写成 2026-11-30 这样。"}
            return forms.DateField(**asked, widget=DateInput, error_messages=wrong)
        case NeedKind.NUMBER:
            wrong = missing | dict.fromkeys(
                ("invalid", "min_value", "max_value"), f"{need.label}请填 0 到 {NUMBER_MAX} 的整数。"
            )
            return forms.IntegerField(**asked, min_value=0, max_value=NUMBER_MAX, error_messages=wrong)
        case NeedKind.TEXT:
            return CleanCharField(**asked, max_length=LINE_MAX, error_messages=missing)
        case _:
            return CleanTextField(
                **asked,
                max_length=STEP_TEXT_MAX,
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages=missing,
            )


def topic_choices() -> ReadyChoices:
    """Return the subject scheme as grouped choices."""
    return ReadyChoices([("", "未分类"), *topics()])


class QueueForm(forms.Form):
    """The filters of a queue, as they stand in the address; what makes no sense is left out."""

    text = CleanCharField(max_length=LINE_MAX, required=False)
    area = forms.UUIDField(required=False)
    unit = forms.UUIDField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def valid(self, name: str) -> UUID | int | str | None:
        """Return a cleaned value, or None when it was not valid."""
        self.is_valid()
        value: UUID | int | str | None = self.cleaned_data.get(name)
        return value
