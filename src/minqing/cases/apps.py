"""Cases as a Django app: loads the procedures, and the subject scheme after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "minqing.cases"
    label = "cases"
    verbose_name = "事项"

    def ready(self) -> None:
        from minqing.cases import procedures, visits_before  # noqa: F401 - registers them, and the facts they name
        from minqing.cases.services import express, joining, returns, supervising  # noqa: F401 - facts and effects they name

        post_migrate.connect(_load_topics, sender=self, dispatch_uid="cases.topics")


def _load_topics(using: str, **_: Any) -> None:
    from minqing.cases.services.topics import load_topics

    load_topics(using=using)
