"""Addresses of the interface's tokens."""

from django.urls import URLPattern, path

from minqing.desk.pages import tokens

token_patterns: list[URLPattern] = [
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.token_make, name="token_make"),
    path("tokens/systems/", tokens.system_tokens, name="system_tokens"),
    path("tokens/<uuid:token_id>/take/", tokens.token_take, name="token_take"),
    path("tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path(
        "people/<uuid:person_id>/appointments/<uuid:appointment_id>/token/",
        tokens.token_open,
        name="token_open",
    ),
]
