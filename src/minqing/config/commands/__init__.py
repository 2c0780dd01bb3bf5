"""One module a subcommand of ``minqing``: ``configure(parser)`` and ``run(options) -> int``."""
