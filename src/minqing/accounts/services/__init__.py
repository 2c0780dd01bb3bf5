"""What accounts does, a module per topic."""
