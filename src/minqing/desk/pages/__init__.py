"""Pages of the desk, a file per topic."""
