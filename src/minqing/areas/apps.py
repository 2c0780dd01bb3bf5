"""Areas as a Django app."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "minqing.areas"
    label = "areas"
    verbose_name = "辖区"
