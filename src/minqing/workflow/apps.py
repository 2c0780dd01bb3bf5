"""Workflow as a Django app."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "minqing.workflow"
    label = "workflow"
    verbose_name = "规程"
