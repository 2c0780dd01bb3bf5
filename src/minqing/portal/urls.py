"""The addresses of the residents' door: short, since they are printed on doors and read over the telephone."""

from django.urls import path

from minqing.portal.pages import landing, proofs, receipts, reporting

app_name = "portal"
urlpatterns = [
    path("", landing.landing, name="home"),
    path("d/<str:code>/", reporting.report, name="door"),
    path("r/<str:code>/", receipts.receipt, name="receipt"),
    path("r/<str:code>/words/", receipts.words, name="words"),
    path("r/<str:code>/urge/", receipts.urge, name="urge"),
    path("r/<str:code>/answer/", receipts.answer, name="answer"),
    path("r/<str:code>/proof/", proofs.proof, name="proof"),
    path("r/<str:code>/proof.json", proofs.proof_file, name="proof_file"),
    path("journal/roots/", proofs.roots, name="roots"),
    path("journal/roots.jsonl", proofs.roots_file, name="roots_file"),
    path("r/<str:code>/photos/<uuid:photo_id>/", receipts.photo, name="photo"),
]
