"""The forms of signing in and of one's own account."""

from __future__ import annotations

from django import forms

from minqing.kernel.text import CleanCharField

USERNAME_MAX = 40
PASSWORD_MAX = 128  # argon2 hashes whatever comes; a megabyte of password would keep it busy


class SignInForm(forms.Form):
    username = CleanCharField(
        label="用户名", max_length=USERNAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


CODE_MAX = 20


class CodeForm(forms.Form):
    code = CleanCharField(
        label="验证码",
        max_length=CODE_MAX,
        help_text="验证器上现在的六位数字；手机不在身边，可以用一个十位的备用码。",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class NewAppForm(forms.Form):
    code = CleanCharField(
        label="验证器上的六位数字",
        max_length=CODE_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasskeyForm(forms.Form):
    name = CleanCharField(
        label="给它起个名字", max_length=40, initial="这台设备", help_text="比如“办公室电脑”“蓝色钥匙”。"
    )


class ProofForm(forms.Form):
    password = forms.CharField(
        label="密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label="原密码",
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="新密码",
        max_length=PASSWORD_MAX,
        strip=False,
        help_text="至少 12 位，不要只用数字，也不要用姓名。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
