"""The privacy app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Classification of columns and the clearing away of what is past its term."""

    name = "minqing.privacy"
    label = "privacy"
    verbose_name = "个人信息分类"
