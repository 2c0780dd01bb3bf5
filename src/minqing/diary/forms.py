"""The forms of the diary, the same on the phone, at the desk and in what a phone sends later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from minqing.diary import rules
from minqing.diary.rules import FindingInput, GeoFix
from minqing.diary.services import Upload
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.images import UPLOAD_BYTES_MAX
from minqing.kernel.text import CleanTextField, clean

_MEGABYTE: Final = 1024 * 1024
_TOO_LONG: Final = "有 %(show_value)d 字，最多 %(limit_value)d 字，请精简后再提交。"
_ID_LOST: Final = "页面编号丢失了，请再点一次“提交”，写下的内容都还在。"
_BAD_PLACE: Final = "定位数据不对，请关闭定位后再提交，走访内容不会丢。"
_BAD_KIND: Final = "请从列表里选一个走访类型。"
_STALE: Final = "页面已过期，请重新打开这条走访再改。"
_BAD_TIME: Final = "走访时间看不懂，请写成“2026-11-20 09:30”这样。"


class VisitGiven(TypedDict):
    """What a valid form gives to ``record_visit``."""

    visit_id: UUID
    visited_at: datetime
    met: str
    heard: str
    done: str
    kind: str
    findings: Sequence[FindingInput]
    photos: Sequence[Upload]
    place: GeoFix | None


class PhotosInput(forms.ClearableFileInput):
    """A picker of several photos."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos; their number and size are limited here, what they are is decided when they are made anew."""

    widget = PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > rules.PHOTOS_MAX:
            raise ValidationError(f"照片最多 {rules.PHOTOS_MAX} 张，请去掉几张再提交。", code="too_many")
        for number, file in enumerate(files, start=1):
            if not isinstance(file, UploadedFile) or not file.size:
                raise ValidationError(f"第 {number} 张照片是空的，请重新选择。", code="empty")
            if file.size > UPLOAD_BYTES_MAX:
                raise ValidationError(
                    f"第 {number} 张照片超过 {UPLOAD_BYTES_MAX // _MEGABYTE} MB，请压缩后再传。",
                    code="too_big",
                )
        return files


def _text(label: str, limit: int, rows: int, hint: str) -> CleanTextField:
    return CleanTextField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows, "placeholder": hint}),
        error_messages={"max_length": f"“{label}”{_TOO_LONG}"},
    )


def _words() -> dict[str, forms.Field]:
    return {
        "kind": forms.ChoiceField(
            label="类型",
            required=False,
            choices=list(rules.KIND_LABELS.items()),
            initial=rules.VISIT,
            error_messages={"invalid_choice": _BAD_KIND},
        ),
        "met": _text("见了谁", rules.MET_MAX, 2, "例如：张阿婆和她的女儿"),
        "heard": _text("听到什么", rules.TEXT_MAX, 5, "照原话记，一句一句说"),
        "done": _text("办了什么", rules.TEXT_MAX, 3, "当场办的、答应去办的"),
    }


class WordsForm(forms.Form):
    """The three blocks of a visit and its kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_words())

    def clean_kind(self) -> str:
        return str(self.cleaned_data.get("kind") or rules.VISIT)


class VisitForm(WordsForm):
    """A visit. Findings come as repeated fields: ``finding`` (text), ``finding_solution`` (text, in the same order),
    ``finding_solved`` (the position of each solved one, from 0); empty ones are passed over."""

    visit_id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _ID_LOST, "invalid": _ID_LOST}
    )
    visited_at = forms.DateTimeField(
        label="走访时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _BAD_TIME},
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput, error_messages={"invalid": _BAD_PLACE})
    lat = forms.FloatField(required=False, widget=forms.HiddenInput, error_messages={"invalid": _BAD_PLACE})
    accuracy = forms.FloatField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": _BAD_PLACE}
    )
    photos = PhotosField(label="照片", required=False)

    @property
    def id_to_send(self) -> UUID:
        """The id that the page's hidden field carries: the one that came, or a new one when none did."""
        try:
            return UUID(str(self["visit_id"].value() or ""))
        except ValueError:
            return uuid7()

    @property
    def typed_findings(self) -> list[FindingInput]:
        """The findings as they were sent, to show them again beside an error."""
        return self._findings()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        findings = self._findings()
        refusal = rules.why_not_findings(findings)
        if refusal:
            self.add_error(None, refusal)
        if (given.get("lon") is None) != (given.get("lat") is None):
            self.add_error(None, _BAD_PLACE)
        if not self.errors:
            words = rules.Words(
                met=given["met"], heard=given["heard"], done=given["done"], kind=given["kind"]
            )
            wrong = rules.why_not_words(words, findings=len(findings))
            if wrong:
                self.add_error(wrong[0], wrong[1])
        return given

    def given(self, at: datetime) -> VisitGiven:
        """Return what to hand to ``record_visit``; ``at`` is now. The form must be valid."""
        data = self.cleaned_data
        place = None if data["lon"] is None else GeoFix(data["lon"], data["lat"], data["accuracy"])
        return VisitGiven(
            visit_id=data["visit_id"],
            # Without a time: when the page was made, which its id tells. A resend must give the same time again.
            visited_at=data["visited_at"] or _made_at(data["visit_id"]) or at,
            met=data["met"],
            heard=data["heard"],
            done=data["done"],
            kind=data["kind"],
            findings=self._findings(),
            photos=data["photos"],
            place=place,
        )

    def _findings(self) -> list[FindingInput]:
        texts = self._list("finding")
        solutions = self._list("finding_solution")
        solved = {value.strip() for value in self._list("finding_solved")}
        found = []
        for position, raw in enumerate(texts):
            text = clean(raw)
            solution = clean(solutions[position]) if position < len(solutions) else ""
            is_solved = str(position) in solved
            if text or solution:
                found.append(FindingInput(text, is_solved, solution))
        return found

    def _list(self, name: str) -> list[str]:
        data: Any = self.data
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [str(one) for one in ([values] if isinstance(values, str) else values)]


def _made_at(visit_id: UUID) -> datetime | None:
    """Return the time inside a UUIDv7, to the second; None for ids of another kind."""
    if visit_id.version != 7:
        return None
    return datetime.fromtimestamp((visit_id.int >> 80) // 1000, UTC)


def blank_visit_form(at: datetime) -> VisitForm:
    """Return an empty form with a new id, at the present minute."""
    minute = clock.local(at).replace(second=0, microsecond=0)
    return VisitForm(initial={"visit_id": uuid7(), "visited_at": minute})


class AmendForm(WordsForm):
    """A change to one's own visit; ``base_version`` is the version that was read."""

    base_version = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "页面已过期，请重新打开这条走访再改。"
        ),
    )


class FindingForm(forms.Form):
    """A sentence picked out of a visit."""

    text = CleanTextField(
        label="发现",
        max_length=rules.FINDING_TEXT_MAX,
        error_messages={"required": "请选一句话，或自己写一句。", "max_length": f"这一条{_TOO_LONG}"},
    )
    solved_on_spot = forms.BooleanField(label="现场已解决", required=False)
    solution = CleanTextField(
        label="怎么解决的",
        required=False,
        max_length=rules.FINDING_TEXT_MAX,
        error_messages={"max_length": f"“怎么解决的”{_TOO_LONG}"},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("solution") and not given.get("solved_on_spot"):
            self.add_error("solution", "写了解决办法，请勾选“现场已解决”，或清空解决办法。")
        return given
