"""Addresses of residents' rights: requests about one's own file, and the codes that open it."""

from django.urls import URLPattern, path

from minqing.desk.pages import personal_codes, rights

_ONE = "rights/<uuid:request_id>/"
_CODE = "registry/resident/<uuid:resident_id>/code/"

rights_patterns: list[URLPattern] = [
    path("rights/", rights.requests, name="rights"),
    path("rights/counts/", rights.counts, name="rights_counts"),
    path(_ONE, rights.one, name="rights_request"),
    path(_ONE + "do/", rights.carry_out, name="rights_do"),
    path(_ONE + "print/", rights.print_copy, name="rights_print"),
    path(_ONE + "steps/<slug:step>/", rights.step, name="rights_step"),
    path("personal-codes/", personal_codes.find, name="personal_codes"),
    path(_CODE, personal_codes.personal_code, name="personal_code"),
    path(_CODE + "<uuid:code_id>/end/", personal_codes.personal_code_end, name="personal_code_end"),
]
