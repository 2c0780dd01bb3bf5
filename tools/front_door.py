"""An import-linter contract: come into a domain by its front door."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.imports import Module


class FrontDoorContract(Contract):
    """Whoever is outside a domain may import only those of its modules that are named as doors.

    Outside are the other domains and the ``visitors`` (the parts above all domains). Tests may put domains together.
    """

    type_name = "front_door"

    domains = fields.ListField(subfield=fields.ModuleField())
    visitors = fields.ListField(subfield=fields.ModuleField(), required=False)
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        # The fields hold lists of modules and words once a contract is read; their types say only "field".
        names = [domain.name for domain in cast("list[Module]", self.domains)]
        visitors = cast("list[Module]", self.visitors or [])
        outside = (*names, *(visitor.name for visitor in visitors))
        doors = {f"{name}.{door}" for name in names for door in cast("list[str]", self.doors)}
        broken = [
            (importer, module)
            for name in names
            for module in sorted({name} | graph.find_descendants(name))
            if module != name and module not in doors
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if not importer.startswith(f"{name}.")
            and ".tests." not in importer
            and any(importer == other or importer.startswith(f"{other}.") for other in outside)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, module in check.metadata["broken"]:
            output.print_error(f"{importer} walks round the front door of {module}.")
