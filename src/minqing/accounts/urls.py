"""Addresses of accounts."""

from django.urls import path

from minqing.accounts import pages

app_name = "accounts"
urlpatterns = [
    path("sign-in/", pages.sign_in_page, name="sign_in"),
    path("sign-out/", pages.sign_out_page, name="sign_out"),
    path("act-as/", pages.act_as_page, name="act_as"),
    path("password/", pages.password_page, name="password"),
]
