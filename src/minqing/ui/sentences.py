"""What Django's own forms say when something is wrong: what to do, instead of what rule was broken.

Set once at start-up on Django's classes, so that every form of every domain speaks alike; a form's own
`error_messages` still win.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

FIELDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("请填写这一项。")},
    forms.IntegerField: {"invalid": _("请填一个整数。")},
    forms.FloatField: {"invalid": _("请填一个数字。")},
    forms.DecimalField: {"invalid": _("请填一个数字。")},
    forms.DateField: {"invalid": _("请填一个日期，如 2026-11-26。")},
    forms.TimeField: {"invalid": _("请填几点几分，如 17:00。")},
    forms.DateTimeField: {"invalid": _("请填日期和时间，如 2026-11-26 17:00。")},
    forms.UUIDField: {"invalid": _("这个编号不完整，请从列表里重新选择。")},
    forms.BooleanField: {"required": _("请勾选这一项。")},
    forms.ChoiceField: {"required": _("请选一项。"), "invalid_choice": _("请从列出的各项里选一项。")},
    forms.MultipleChoiceField: {
        "required": _("请至少选一项。"),
        "invalid_choice": _("请从列出的各项里选。"),
        "invalid_list": _("请从列出的各项里选。"),
    },
    forms.ModelChoiceField: {"required": _("请选一项。"), "invalid_choice": _("请从列出的各项里选一项。")},
    forms.ModelMultipleChoiceField: {
        "required": _("请至少选一项。"),
        "invalid_choice": _("请从列出的各项里选。"),
        "invalid_list": _("请从列出的各项里选。"),
        "invalid_pk_value": _("请从列出的各项里选。"),
    },
    forms.FileField: {
        "required": _("请选一个文件。"),
        "invalid": _("文件没有收到，请重新选一次。"),
        "missing": _("文件没有收到，请重新选一次。"),
        "empty": _("这个文件是空的，请重新选一个。"),
        "max_length": _("文件名太长（最多 %(max)d 个字，现在 %(length)d 个），请改短后再选。"),
    },
    forms.ImageField: {"invalid_image": _("这不是一张能打开的图片，请换一张。")},
}

VALIDATORS: dict[type[Any], Any] = {
    validators.EmailValidator: _("请填完整的邮箱地址。"),
    validators.URLValidator: _("请填完整的网址，以 https:// 开头。"),
    validators.MinValueValidator: _("不能小于 %(limit_value)s，请核对。"),
    validators.MaxValueValidator: _("不能大于 %(limit_value)s，请核对。"),
    validators.MinLengthValidator: ngettext_lazy(
        "至少写 %(limit_value)d 个字，现在 %(show_value)d 个。",
        "至少写 %(limit_value)d 个字，现在 %(show_value)d 个。",
        "limit_value",
    ),
    validators.MaxLengthValidator: ngettext_lazy(
        "最多 %(limit_value)d 个字，现在 %(show_value)d 个，请删短一些。",
        "最多 %(limit_value)d 个字，现在 %(show_value)d 个，请删短一些。",
        "limit_value",
    ),
    validators.ProhibitNullCharactersValidator: _("里面有看不见的字符，请删去后重填。"),
}


def say_what_to_do() -> None:
    """Put our sentences in the place of Django's."""
    for field, messages in FIELDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **messages}
    for validator, message in VALIDATORS.items():
        validator.message = message
