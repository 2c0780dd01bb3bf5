"""The seed as a Django app: it brings the management command `seed`."""

from django.apps import AppConfig


class SeedConfig(AppConfig):
    name = "minqing.seed"
    label = "seed"
    verbose_name = "演示数据"
