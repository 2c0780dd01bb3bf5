"""Every address of the platform, by the part that answers it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from minqing.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # Patterns are tried in order: the desk, which is asked for most, before the parts without a name of their own.
    path("desk/", include("minqing.desk.urls")),
    path("", include("minqing.accounts.urls")),
    path("ui/", include("minqing.ui.urls")),
    path("", include("minqing.portal.urls")),
    path("m/", include("minqing.mobile.urls")),
    path("api/v1/", include("minqing.api.urls")),
    path("api/open311/v2/", include("minqing.api.open311.urls")),
]

handler400 = "minqing.ui.refusals.not_understood"
