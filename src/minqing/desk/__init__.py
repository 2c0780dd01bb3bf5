"""desk (办公桌): the officials' door at a desk, on Tabler.

Owns pages only: to-dos, the queue, a case, intake, door codes, and what the registry, the diary and the
administration show at a desk. A page parses, calls one service or query of a domain's ``public``, and renders;
nothing is decided here.
Every page works without JavaScript; htmx and a few keys (``j``, ``k``, ``e``) make it quicker.
"""
