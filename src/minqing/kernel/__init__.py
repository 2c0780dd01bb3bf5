"""kernel: what every domain stands on and no domain owns.

Owns: the clock, ids, refusals, roles and capabilities, scoped queries, cleaning and masking of text,
encryption of personal values, images made safe, typed settings, the thin database backend.
Promises: nothing in here knows what a resident, a visit or a case is.
"""
