"""Open a file, break the glass, judge it, show a number."""
