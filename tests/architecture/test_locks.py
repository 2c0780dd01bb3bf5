"""Every address names a capability, or says why it needs none; the open ones stand in a table to be read."""

from __future__ import annotations

from typing import Any, Final

from minqing.kernel.access import CAPABILITIES
from tests.addresses import Address, addresses
from tests.each import of_each

# Who opens these needs no account. Whoever adds one adds its reason here, where it is read twice.
OPEN: Final = {
    "healthz": "a supervisor asks whether the site answers",
    "accounts:sign_in": "one signs in there",
    "accounts:second_factor": "the second half of signing in; without the first it leads back there",
    "accounts:enrol": "… and for whoever has no second factor yet",
    "portal:home": "residents begin there; officials are sent on",
    "portal:door": "a printed code opens it; nobody needs an account to speak",
    "portal:receipt": "whoever holds the code of a receipt may follow the case",
    "portal:words": "… and add a word",
    "portal:urge": "… and urge",
    "portal:answer": "… and answer the two questions",
    "portal:step": "… and take the steps that the procedure gives to whoever brought the matter",
    "portal:photo": "… and see the photos of the case",
    "portal:me": "one's own file, with a personal code handed over against a document: signing in",
    "portal:me_out": "… and out",
    "portal:me_end": "… ending one's own code, in a session of one's own",
    "portal:me_file": "… what is kept about oneself, in a session of one's own",
    "portal:me_reads": "… who opened it",
    "portal:me_changes": "… who changed it",
    "portal:me_requests": "… what one asked",
    "portal:me_ask": "… asking",
    "portal:me_request": "… following",
    "portal:me_back": "… taking back",
    "portal:me_copy": "… the copy of everything",
    "portal:proof": "… and check that its entry stands in the sealed journal",
    "portal:proof_file": "… and take the proof along, which holds nobody's words",
    "portal:roots": "signed roots of the journal are there for anybody to keep",
    "portal:roots_file": "signed roots of the journal are there for anybody to keep",
    "api:operations": "the description of a public interface",
    "api:openapi": "the description of a public interface",
    "api:missing": "says that an address of the interface is not there",
    "api:report": "as the page behind a door code",
    "api:receipt": "as the receipt's page",
    "api:words": "as on the receipt's page",
    "api:urge": "as on the receipt's page",
    "api:answer": "as on the receipt's page",
    "api:areas": "areas are published facts; a report names one",
    "api:units": "offices are published facts",
    "api:topics": "the subject scheme is published",
    "api:procedures": "how a matter goes is published",
    "open311:discovery": "the description of a public interface",
    "open311:services": "the subject scheme is published",
    "open311:service": "… with what each asks for besides",
    "open311:requests": "only what its reporter agreed to list; a key shows what came by it, and is asked for a post",
    "open311:request": "… one of them",
    "open311:token": "whoever sent a request finds its number by the random id that went with it",
    "open311:missing": "says that an address of the interface is not there",
    "ui:gallery": "the components, with made-up data",
    "ui:gallery_phone": "the components, with made-up data",
    "ui:gallery_portal": "the components, with made-up data",
    "ui:type": "anyone may want large type",
}

# A sign-in is enough: what they show or change is the person's own.
SIGNED_IN: Final = {
    "desk:notices": "one's own notices",
    "desk:go": "leads on to a page that asks for its own right",
    "desk:notice_settings": "what one wants to hear oneself",
    "desk:notice_address": "one's own address on a channel",
    "desk:notice_address_try": "… and one message to oneself",
    "mobile:notices": "as at the desk",
    "mobile:notice_settings": "as at the desk",
    "mobile:notice_address": "as at the desk",
    "mobile:notice_address_try": "as at the desk",
    "accounts:sign_out": "one's own session",
    "accounts:act_as": "one's own appointments",
    "accounts:password": "one's own password",
    "accounts:step_up": "one shows again who one is",
    "accounts:security": "one's own account",
    "accounts:bind": "one's own second factor",
    "accounts:unbind": "one's own second factor",
    "accounts:recovery_codes": "one's own second factor",
    "accounts:end_session": "one's own sessions",
    "accounts:end_sessions": "one's own sessions",
    "desk:home": "what is up to oneself; says what to do to whoever has no appointment",
    "desk:notices_read": "one's own notices",
    "desk:tokens": "one's own tokens of the interface",
    "desk:token_make": "… making one",
    "desk:token_take": "… fetching one of a system that one answers for",
    "desk:token_revoke": "… ending one; those of systems for whoever opens them",
    "desk:exclusions": "what is left out of the score, and why, stands in the open for every official",
    "desk:areas": "the tree of areas is a published fact",
    "desk:area": "the tree of areas and who is answerable there are published facts",
    "desk:calendar": "the working calendar is a published fact",
    "desk:clocks": "how many clocks a changed calendar moved is a number",
    "desk:clocks_moved": "which ones: of those, each reader sees the runs they may see",
    "desk:terms": "the terms by which offices work are published",
    "mobile:today": "what is up to oneself",
    "mobile:notices_read": "one's own notices",
    "mobile:me": "one's own appointments",
}

ALL: Final = addresses()


def operations(address: Address) -> list[Any]:
    """Return the operations of a machine interface behind an address (ninja closes over them); none for a page."""
    inside = [cell.cell_contents for cell in getattr(address.view, "__closure__", None) or ()]
    return [one for held in inside for one in getattr(held, "operations", ())]


@of_each(ALL, lambda one: one.route)
def test_every_address_has_a_lock(address: Address) -> None:
    behind = [address.view, *(one.view_func for one in operations(address))]
    for view in behind:
        locks = getattr(view, "locks", ())
        assert locks, f"/{address.route}: put @page(CAPABILITY) on {view.__module__}.{view.__qualname__}"
        for lock in locks:
            assert (lock.capability is None) == bool(lock.reason), (
                f"/{address.route}: a lock without a reason"
            )
            if lock.capability is not None:
                assert CAPABILITIES[lock.capability.key] is lock.capability


def test_every_address_has_a_name_of_its_own() -> None:
    names = [one.name for one in ALL]
    assert not [name for name in names if "<" in name]
    assert len(names) == len(set(names))


def test_open_addresses_are_those_of_the_table() -> None:
    found = {one.name for one in ALL if one.is_public}
    known = {name for name in OPEN if name.partition(":")[0] in {one.name.partition(":")[0] for one in ALL}}
    assert found == known, "an address was opened or closed: amend OPEN with its reason"
    assert all(OPEN.values())


def test_addresses_that_only_ask_for_a_sign_in_are_those_of_the_table() -> None:
    found = {one.name for one in ALL if any(lock.capability is None and lock.signed_in for lock in one.locks)}
    assert found == set(SIGNED_IN), "a page lost or gained its capability: amend SIGNED_IN with its reason"
