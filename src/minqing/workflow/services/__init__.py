"""The use cases of the workflow: move runs, keep their clocks right, keep the calendar."""
