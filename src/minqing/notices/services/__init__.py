"""Tell people, carry it out, keep channels and subscriptions."""
