"""规程：事情按什么步骤、由谁、在多长时间内办。

Owns
    The language in which a procedure is written (one typed class a file), the working calendar, runs (one per
    subject that moves along a procedure), legs (one per stay in a state, each with its own clock), the to-do
    list and the overdue sweep.

Promises
    - A procedure is checked before the server starts; every defect is explained in a sentence.
    - One clock per leg. A deadline keeps the span, the calendar version and the procedure version it was made
      from, so it can be computed again; when the calendar changes, running clocks move, with a journal entry.
    - Beyond the published calendar Monday to Friday count and the deadline says 暂定.
    - A step is taken by whoever holds the role at that area or above it, or in the unit that has the matter;
      a refusal says who can.
    - The to-do list is scoped like everything else, and shows only what the person could act on.

Says (``events``)
    ``RunOverdue`` once per missed deadline, ``ClockMoved`` per deadline that a calendar change moved,
    ``CalendarChanged``.

Listens
    To nothing. The domain that owns the subject (a case, later a petition or a hazard) calls ``start_run``
    and ``advance`` in its own transaction and writes its own journal entry for the step.
"""
