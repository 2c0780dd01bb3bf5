"""cases (事项): something someone needs done, from the sentence to the nod.

Owns: cases, who reported them (apart, sealed), topics, door codes, receipts, answers, words added, attachments,
notices to the officer who wrote it down, the procedures ``prompt`` and ``hotline`` (a file each in ``procedures/``).
Promises: a report is never lost and never counted twice; an anonymous one leaves the grid, a random id and the hour,
nothing else; "was it done" and "are you content" are two facts; "not done" sends it back; every hand is on record.
Says: CaseOpened, StepTaken, ReporterAnswered, CaseClosed, WordAdded, Urged, FileAttached, DoorCodeMade.
Listens: CaseClosed, to tell the author.

For the doors (``cases.public``): ``open_case``, ``open_from_finding``, ``take_step``, ``answer``, ``add_word``,
``urge``, ``queue``, ``case_file``, ``receipt``, ``of_findings``, ``of_subjects``, ``door_code``, ``make_door_code``.
"""
