"""journal (流水): whatever a person or a device changes, written once, for ever.

Owns: entries, their erasable personal details, the marks of reactions that were done.
Promises: an entry commits with the change or not at all; nobody rewrites it (the application's role may not);
each reaction to it happens at least once, and its effect once.
Says: nothing. Listens: nothing. Every floor above writes through ``record`` and reads through ``timeline``.
"""
