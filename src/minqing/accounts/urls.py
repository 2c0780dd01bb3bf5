"""Addresses of accounts."""

from django.urls import path

from minqing.accounts.pages import proof, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in_page, name="sign_in"),
    path("sign-out/", sign_in.sign_out_page, name="sign_out"),
    path("act-as/", sign_in.act_as_page, name="act_as"),
    path("password/", sign_in.password_page, name="password"),
    path("step-up/", proof.step_up_page, name="step_up"),
]
