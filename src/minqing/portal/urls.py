"""The addresses of the residents' door: short, since they are printed on doors and read over the telephone."""

from django.urls import path

from minqing.portal.pages import landing, me, me_requests, proofs, receipts, reporting, steps

app_name = "portal"
urlpatterns = [
    path("", landing.landing, name="home"),
    path("d/<str:code>/", reporting.report, name="door"),
    path("r/<str:code>/", receipts.receipt, name="receipt"),
    path("r/<str:code>/words/", receipts.words, name="words"),
    path("r/<str:code>/urge/", receipts.urge, name="urge"),
    path("r/<str:code>/answer/", receipts.answer, name="answer"),
    path("r/<str:code>/steps/<slug:step>/", steps.step, name="step"),
    path("r/<str:code>/proof/", proofs.proof, name="proof"),
    path("r/<str:code>/proof.json", proofs.proof_file, name="proof_file"),
    path("journal/roots/", proofs.roots, name="roots"),
    path("journal/roots.jsonl", proofs.roots_file, name="roots_file"),
    path("r/<str:code>/photos/<uuid:photo_id>/", receipts.photo, name="photo"),
    path("me/", me.me, name="me"),
    path("me/out/", me.sign_out, name="me_out"),
    path("me/end/", me.end_code, name="me_end"),
    path("me/file/", me.file, name="me_file"),
    path("me/reads/", me.reads, name="me_reads"),
    path("me/changes/", me.changes, name="me_changes"),
    path("me/requests/", me_requests.my_requests, name="me_requests"),
    path("me/requests/new/", me_requests.ask, name="me_ask"),
    path("me/requests/<uuid:request_id>/", me_requests.my_request, name="me_request"),
    path("me/requests/<uuid:request_id>/back/", me_requests.take_back, name="me_back"),
    path("me/copy/", me_requests.copy, name="me_copy"),
]
