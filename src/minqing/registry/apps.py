"""The registry as a Django app: sees after every migration that the vocabulary of tags is there."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    name = "minqing.registry"
    label = "registry"
    verbose_name = "民情档案"

    def ready(self) -> None:
        post_migrate.connect(_load_tag_kinds, sender=self, dispatch_uid="registry.tag_kinds")


def _load_tag_kinds(using: str, **_: Any) -> None:
    from minqing.registry.models import TagKind
    from minqing.registry.services.tags import load_tag_kinds

    # Going back to before the table, or forward to just before it: there is nothing to fill.
    if TagKind._meta.db_table in connections[using].introspection.table_names():
        load_tag_kinds(using=using)
