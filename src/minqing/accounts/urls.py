"""Addresses of accounts."""

from django.urls import path

from minqing.accounts.pages import proof, security, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in_page, name="sign_in"),
    path("sign-in/code/", sign_in.second_factor_page, name="second_factor"),
    path("sign-in/bind/", sign_in.enrol_page, name="enrol"),
    path("sign-out/", sign_in.sign_out_page, name="sign_out"),
    path("act-as/", sign_in.act_as_page, name="act_as"),
    path("password/", sign_in.password_page, name="password"),
    path("step-up/", proof.step_up_page, name="step_up"),
    path("security/", security.security_page, name="security"),
    path("security/bind/", security.bind_page, name="bind"),
    path("security/unbind/<int:factor_id>/", security.unbind_page, name="unbind"),
    path("security/codes/", security.recovery_codes_page, name="recovery_codes"),
    path("security/sessions/<uuid:session_id>/end/", security.end_session_page, name="end_session"),
    path("security/sessions/end/", security.end_sessions_page, name="end_sessions"),
]
