"""The interface's own pages."""

from django.urls import path

from minqing.ui import pages

app_name = "ui"
urlpatterns = [
    path("", pages.gallery, name="gallery"),
    path("phone/", pages.gallery_phone, name="gallery_phone"),
    path("portal/", pages.gallery_portal, name="gallery_portal"),
    path("type/", pages.choose_type, name="type"),
]
