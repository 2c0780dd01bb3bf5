"""The forms that the `/ui/` page shows. Nothing is done with what is put into them."""

from django import forms
from django.core.validators import RegexValidator

from minqing.ui.fields import BigChoices, BigManyChoices, DateInput, DateTimeInput, PhotosField, TimeInput

TOWNS = [("", "全部"), ("gulai", "谷来镇"), ("shihuang", "石璜镇"), ("pukou", "浦口街道")]
PHONE = RegexValidator(r"^1\d{10}$", "手机号应是 11 位数字，请核对。")


class SampleForm(forms.Form):
    """One field of every kind."""

    words = forms.CharField(label="您想说什么？", widget=forms.Textarea(attrs={"rows": 3}))
    phone = forms.CharField(label="手机号", validators=[PHONE], help_text="只用来回复您，不会公开。")
    kind = forms.ChoiceField(
        label="哪一类",
        choices=[("road", "道路"), ("water", "水电"), ("other", "其他")],
        widget=forms.RadioSelect,
    )
    again = forms.ChoiceField(
        label="办好了吗？", choices=[("yes", "办好了"), ("no", "没有办好")], widget=BigChoices
    )
    needs = forms.MultipleChoiceField(
        label="需要哪些帮助",
        choices=[("meal", "送餐"), ("bath", "助浴")],
        widget=BigManyChoices,
        required=False,
    )
    town = forms.ChoiceField(label="镇街", choices=TOWNS, required=False)
    day = forms.DateField(label="哪一天", widget=DateInput, required=False)
    hour = forms.TimeField(label="几点", widget=TimeInput, required=False)
    moment = forms.DateTimeField(label="约定时间", widget=DateTimeInput, required=False)
    photos = PhotosField(label="照片", required=False, help_text="最多九张，拍摄地点等信息会去掉。")
    paper = forms.FileField(label="附件", required=False)
    nameless = forms.BooleanField(label="匿名反映", required=False, help_text="不留电话，凭回执码查看进展。")


class SampleFilter(forms.Form):
    """Filters as they stand over a list."""

    q = forms.CharField(label="关键词", required=False)
    town = forms.ChoiceField(label="镇街", choices=TOWNS, required=False)
    late = forms.BooleanField(label="只看超时", required=False)


class SampleVisit(forms.Form):
    """What was heard and what is to be done, with a place."""

    heard = forms.CharField(label="听到什么", widget=forms.Textarea(attrs={"rows": 3}))
    findings = forms.CharField(
        label="要办的事", widget=forms.Textarea(attrs={"rows": 2}), required=False, help_text="一行一件。"
    )
    lon = forms.FloatField(widget=forms.HiddenInput, required=False)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    accuracy = forms.IntegerField(widget=forms.HiddenInput, required=False)
