"""cases (事项): something someone needs done, from the sentence to the nod.

Owns: cases, who reported them (apart, sealed), topics, door codes, receipts, answers, words added, attachments,
what is told of them to whom (``telling``), the procedures ``prompt`` and ``hotline`` (a file each in ``procedures/``).
Promises: a report is never lost and never counted twice; an anonymous one leaves the grid, a random id and the hour,
nothing else; "was it done" and "are you content" are two facts; "not done" sends it back; every hand is on record.
Says: CaseOpened, StepTaken, ReporterAnswered, CaseClosed, WordAdded, Urged, FileAttached, DoorCodeMade.
Listens: RunOverdue, to climb or to tell whoever stands above; ``telling`` reads the journal on once a minute.

For the doors (``cases.public``): ``open_case``, ``open_from_finding``, ``take_step``, ``answer``, ``add_word``,
``urge``, ``queue``, ``case_file``, ``receipt``, ``of_findings``, ``of_subjects``, ``door_code``, ``make_door_code``.
"""
