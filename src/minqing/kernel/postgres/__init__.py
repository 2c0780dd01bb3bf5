"""The thin database backend: PostgreSQL in ways that also hold when a county's schema lives on a shard."""
