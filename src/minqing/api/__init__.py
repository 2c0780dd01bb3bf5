"""api: the machines' door (民情接口), described by OpenAPI at ``/api/v1/openapi.json``.

Owns: the operations to report, to follow a report by its receipt, and for signed-in officials to list and open cases.
Promises: one schema of errors; the same limits, anonymity and refusals as the residents' pages; the same report sent
twice is one case; nothing that is sent makes a server error.
Says and listens: nothing; it calls ``cases.public``.
"""
