"""The diary as a Django app."""

from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "minqing.diary"
    label = "diary"
    verbose_name = "民情日记"
