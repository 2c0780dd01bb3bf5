"""disclosure (查阅): why an official may open a file, what happens without a reason, and who reads a whole number.

Owns: files opened against a reason (破例查阅) and their reviews, notices to supervisors, alarms of the security
administrator.
Promises: a file opens only where work links its reader to it, and the entry says which work; without a link it opens
for half an hour against a reason that a superior is told at once and judges within 72 hours; a whole number leaves by
one act alone, with a purpose, counted.
Says: OpeningRefused, GlassBroken, GlassReviewed, ReviewOverdue, NumberShown, NumbersRefused, AlarmCleared.
Listens: nothing; a job marks what nobody reviewed in time.

For the doors (``disclosure.public``): ``open_file``, ``linked``, ``break_glass``, ``review``, ``show_number``,
``show_contact``, ``reads_about``, and the lists of its pages. A door passes links that this domain cannot know
(a resident's request, a double to compare) as ``also``.
"""
