"""What an export is asked for with: the filters of the list it came from, and a format."""

from __future__ import annotations

from typing import Final

from django import forms

from minqing.kernel.text import CleanCharField
from minqing.registry import public as registry
from minqing.ui.fields import BigChoices

TEXT_MAX: Final = 40


class ExportForm(forms.Form):
    """The filters as hidden fields, the format to choose."""

    kind = forms.ChoiceField(choices=list(registry.KIND_LABELS.items()), widget=forms.HiddenInput)
    area = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = CleanCharField(max_length=TEXT_MAX, required=False, widget=forms.HiddenInput)
    tag = forms.CharField(max_length=TEXT_MAX, required=False, widget=forms.HiddenInput)
    closed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    form = forms.ChoiceField(
        label="格式",
        choices=[(key, label) for key, (label, _) in registry.EXPORT_FORMATS.items()],
        initial="xlsx",
        widget=BigChoices,
    )
