"""The use cases of cases, a file for each hand they come from."""
