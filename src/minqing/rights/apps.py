"""Residents' rights as a Django app."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "minqing.rights"
    label = "rights"
    verbose_name = "本人权利"
