"""The phone door as a Django app."""

from django.apps import AppConfig


class MobileConfig(AppConfig):
    name = "minqing.mobile"
    label = "mobile"
    verbose_name = "手机端"
