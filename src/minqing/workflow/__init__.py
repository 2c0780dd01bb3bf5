"""规程：事情按什么步骤、由谁、在多长时间内办。

Owns
    The language in which a procedure is written (one typed class a file), the working calendar, runs (one per
    subject that moves along a procedure), legs (one per stay in a state, each with its own clock), the to-do
    list and the overdue sweep.

Promises
    - A procedure is checked before the server starts; every defect is explained in a sentence.
    - One clock per leg, and one for the whole way where the procedure has it; lists show the nearer. A deadline
      keeps the span, the threshold and the versions of term, calendar and procedure it was made from, so it can be
      computed again at any time (``rules.deadline``).
    - When days change, the clocks they touch move, set by set, with a journal entry each; what is over is corrected,
      and an entry says so where a verdict turns.
    - A clock stands still (挂起) or gets longer (延期) on request, with a reason, by somebody else's word.
    - An office changes deadlines and thresholds as data, dated, for legs that begin later.
    - The colour of any past day comes from the journal alone, and equals what was shown.
    - Beyond the published calendar Monday to Friday count and the deadline says 暂定.
    - A step is taken by whoever holds the role at that area or above it, or in the unit that has the matter;
      a refusal says who can.
    - The to-do list is scoped like everything else, and shows only what the person could act on.

Says (``events``)
    ``RunOverdue`` and ``WholeOverdue`` once per missed deadline, ``ClockMoved`` per deadline that a calendar change
    moved, ``VerdictChanged``, ``ClocksRecomputed``, ``ClockAsked``, ``ClockDecided``, ``PauseEnded``,
    ``CalendarChanged``, ``TermSet``.

Listens
    To nothing. The domain that owns the subject (a case, later a petition or a hazard) calls ``start_run``
    and ``advance`` in its own transaction and writes its own journal entry for the step.
"""
