"""Photo fields say what to do, and Django's own forms do too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from minqing.ui import fields


class Photos(forms.Form):
    photos = fields.PhotosField(photos_max=2, required=False)


class MustHavePhotos(forms.Form):
    photos = fields.PhotosField()


def photo(name: str = "a.jpg", content: bytes = b"x") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def given(*photos: UploadedFile[Any]) -> MultiValueDict[str, UploadedFile[Any]]:
    return MultiValueDict({"photos": list(photos)})


def said(form: forms.Form) -> str:
    return str(form.errors["photos"][0])


def test_photos_arrive_as_a_list() -> None:
    form = Photos({}, given(photo("a.jpg"), photo("b.png")))
    assert form.is_valid(), form.errors
    assert [one.name for one in form.cleaned_data["photos"]] == ["a.jpg", "b.png"]
    none = Photos({}, given())
    assert none.is_valid()
    assert none.cleaned_data["photos"] == []


def test_too_many_photos_are_counted_out() -> None:
    form = Photos({}, given(photo(), photo(), photo()))
    assert said(form) == "最多 2 张照片，您选了 3 张。请删去几张再提交。"


def test_a_photo_that_is_none_is_named() -> None:
    assert said(Photos({}, given(photo("表.xlsx")))) == "“表.xlsx”不是照片，请选择 JPG、PNG 或 WebP 图片。"
    assert said(Photos({}, given(photo("a.jpg", b"")))) == "这张照片是空的，请重新选一张。"
    assert said(MustHavePhotos({}, given())) == "请至少拍一张照片。"


def test_a_heavy_photo_is_refused(monkeypatch: object) -> None:
    heavy = photo()
    heavy.size = fields.PHOTO_BYTES_MAX + 1
    assert said(Photos({}, given(heavy))) == "“a.jpg”超过 12 MB，请换一张小一些的照片。"


class Everything(forms.Form):
    words = forms.CharField(max_length=3)
    number = forms.IntegerField(min_value=1)
    day = forms.DateField(widget=fields.DateInput)
    choice = forms.ChoiceField(choices=[("a", "甲")])
    many = forms.MultipleChoiceField(choices=[("a", "甲")], widget=fields.BigManyChoices)


def test_forms_say_what_to_do() -> None:
    form = Everything({"words": "一二三四", "number": "0", "day": "明天", "choice": "b", "many": ["c"]})
    assert {name: errors[0] for name, errors in form.errors.items()} == {
        "words": "最多 3 个字，现在 4 个，请删短一些。",
        "number": "不能小于 1，请核对。",
        "day": "请填一个日期，如 2026-11-26。",
        "choice": "请从列出的各项里选一项。",
        "many": "请从列出的各项里选。",
    }
    empty = Everything({})
    assert empty.errors["words"][0] == "请填写这一项。"
    assert empty.errors["choice"][0] == "请选一项。"
    assert empty.errors["many"][0] == "请至少选一项。"


def test_large_check_boxes_read_several_answers() -> None:
    form = Everything({"words": "一", "number": "1", "day": "2026-11-22", "choice": "a", "many": ["a"]})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["many"] == ["a"]
