"""The thin database backend: PostgreSQL in the ways that also hold when a county's schema lives on a shard."""
