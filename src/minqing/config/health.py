"""The page by which a supervisor or proxy asks whether the site is well."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from minqing.kernel.pages import page


@page(public="says only whether the site and its database answer")
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer ``ok`` after one question to the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
