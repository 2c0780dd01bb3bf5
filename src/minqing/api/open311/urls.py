"""The addresses of Open311 GeoReport v2; the format is the last part of each."""

from __future__ import annotations

from django.urls import path

from minqing.api import converters as converters  # registers them
from minqing.api.open311 import pages

app_name = "open311"
urlpatterns = [
    path("discovery.<form:form>", pages.discovery, name="discovery"),
    path("services.<form:form>", pages.service_list, name="services"),
    path("services/<str:code>.<form:form>", pages.service_definition, name="service"),
    path("requests.<form:form>", pages.requests, name="requests"),
    path("requests/<str:number>.<form:form>", pages.service_request, name="request"),
    path("tokens/<str:token_id>.<form:form>", pages.token, name="token"),
    path("<anything:rest>", pages.missing, name="missing"),
]
