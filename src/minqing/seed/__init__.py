"""The demonstration county: a believable 嵊州, made from the real tree of areas and a seed.

Owns: nothing in the database of its own; it fills the tables of the floors below it.
Promises: the same seed and the same day give the same county; no person in it can be real (see `identity`);
every text is of our own writing; the county is marked as a demonstration.
Says: only what the journal would have said, had the half year really happened.
Listens: to nobody.
"""
