"""The addresses of Open311 GeoReport v2; the format is the last part of each."""

from __future__ import annotations

from django.urls import path, register_converter

from minqing.api.open311 import pages
from minqing.api.open311.formats import FORMATS


class FormatConverter:
    """``xml`` or ``json``."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        """Return the format."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it stands in an address."""
        return value


register_converter(FormatConverter, "georeport")

app_name = "open311"
urlpatterns = [
    path("discovery.<georeport:form>", pages.discovery, name="discovery"),
    path("services.<georeport:form>", pages.service_list, name="services"),
    path("services/<str:code>.<georeport:form>", pages.service_definition, name="service"),
    path("requests.<georeport:form>", pages.requests, name="requests"),
    path("requests/<str:number>.<georeport:form>", pages.service_request, name="request"),
    path("tokens/<str:token_id>.<georeport:form>", pages.token, name="token"),
    path("<path:rest>", pages.missing, name="missing"),
]
