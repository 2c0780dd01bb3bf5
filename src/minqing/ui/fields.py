"""Form fields and widgets that browsers need help with: several photos, big choices, days and times.

Every date and time widget speaks the browser's own picker; Django reads back what it sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import widgets
from django.utils.choices import BaseChoiceIterator

# Nine fit on one screen of a phone, as people know it from WeChat; more is an album, not a report.
PHOTOS_MAX = 9
# A phone's camera makes 3–8 MB; the page shrinks them to about 0.5 MB first, where it can.
PHOTO_BYTES_MAX = 12 * 1024 * 1024
LONGEST_PX = 1600
# What kernel.images reads. An iPhone's HEIC becomes JPEG in its own browser, by our module.
PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")


class ReadyChoices(BaseChoiceIterator):
    """Choices that are pairs already, groups with theirs: Django looks through a list for what it may be made of."""

    def __init__(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        self._pairs = list(pairs)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._pairs)


class BigChoices(widgets.RadioSelect):
    """Radio buttons as large boxes to tap: few choices, short words."""


class BigManyChoices(BigChoices):
    """Check boxes as large boxes to tap."""

    input_type = "checkbox"
    allow_multiple_selected = True

    value_from_datadict = widgets.CheckboxSelectMultiple.value_from_datadict
    use_required_attribute = widgets.CheckboxSelectMultiple.use_required_attribute
    value_omitted_from_data = widgets.CheckboxSelectMultiple.value_omitted_from_data


class DateInput(widgets.DateInput):
    """A day, by the browser's own picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(widgets.TimeInput):
    """An hour and minute, by the browser's own picker."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateTimeInput(widgets.DateTimeInput):
    """A day and time, by the browser's own picker (read as the county's wall clock)."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PhotosInput(widgets.FileInput):
    """Several photos, taken now or from the album; the page shows them and makes them smaller before sending."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        given = {"accept": "image/*", "multiple": True, "data-photos": str(LONGEST_PX)}
        super().__init__(given | (attrs or {}))


class PhotosField(forms.FileField):
    """Up to `photos_max` pictures; cleans to a list of uploads (empty when none). kernel.images reencodes them."""

    widget = PhotosInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "too_many": "最多 %(most)s 张照片，您选了 %(given)s 张。请删去几张再提交。",
        "too_big": "“%(name)s”超过 %(most)s MB，请换一张小一些的照片。",
        "required": "请至少拍一张照片。",
        "empty": "这张照片是空的，请重新选一张。",
        "invalid_extension": "“%(name)s”不是照片，请选择 JPG、PNG 或 WebP 图片。",
    }

    def __init__(self, *, photos_max: int = PHOTOS_MAX, **kwargs: Any) -> None:
        self.photos_max = photos_max
        super().__init__(**kwargs)
        self.widget.attrs["data-photos-max"] = str(photos_max)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check every picture's name and size, and how many there are."""
        given: list[UploadedFile[Any]] = [
            one for one in (data if isinstance(data, list | tuple) else [data]) if one
        ]
        if len(given) > self.photos_max:
            values = {"most": self.photos_max, "given": len(given)}
            raise forms.ValidationError(self.error_messages["too_many"], "too_many", values)
        if not given:
            super().clean(None, initial)
            return []
        return [self._checked(super(PhotosField, self).clean(one, initial)) for one in given]

    def _checked(self, photo: UploadedFile[Any]) -> UploadedFile[Any]:
        values = {"name": photo.name, "most": PHOTO_BYTES_MAX // 1024 // 1024}
        if photo.size and photo.size > PHOTO_BYTES_MAX:
            raise forms.ValidationError(self.error_messages["too_big"], "too_big", values)
        if not (photo.name or "").lower().endswith(PHOTO_ENDINGS):
            raise forms.ValidationError(self.error_messages["invalid_extension"], "invalid_extension", values)
        return photo
