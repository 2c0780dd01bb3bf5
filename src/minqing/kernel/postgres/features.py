"""What the database promises: foreign keys are checked at their own statement."""

from django.db.backends.postgresql import features


class DatabaseFeatures(features.DatabaseFeatures):
    can_defer_constraint_checks = False
    supports_forward_references = False
