"""What pages show: one's own notices, deliveries, subscriptions; and the journal, read on."""
