"""The entry point that ``ENGINE = "minqing.kernel.postgres"`` names."""

from django.db.backends.postgresql import base

from minqing.kernel.postgres.features import DatabaseFeatures
from minqing.kernel.postgres.operations import DatabaseOperations
from minqing.kernel.postgres.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
