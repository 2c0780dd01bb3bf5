"""The components, by what they are for. Each is a typed function and a template of the same name in `ui/c/`."""
