"""The organisations of a hub."""

from __future__ import annotations

from samenspraak.errors import ConfigurationError, NotFoundError, RuleError, StaleError
from samenspraak.services import ADMIN
from samenspraak.services.naming import check_id
from samenspraak.store.records import AuditLine
from samenspraak.sync.hub import Hub


def add(hub: Hub, organisation: str, name: str, *, by: str = ADMIN) -> None:
    """A new organisation, apart from all others.

    Raises:
        RuleError: its id or name does not do.
        StaleError: there is one with this id already.
    """
    check_id(organisation)
    if not name.strip():
        raise RuleError("name", "An organisation has a name.")
    if organisation in hub.store.organisations():
        raise StaleError(f"There is an organisation {organisation} already.")
    hub.store.add_organisation(organisation, name.strip())
    with hub.store.write(organisation) as uow:
        uow.log.audit(
            AuditLine(
                at=hub.now(), actor=by, action="organisation.added", object=f"organisation:{organisation}"
            )
        )
        uow.commit()


def the_one(hub: Hub, wanted: str | None) -> str:
    """The organisation that is meant: the one that is named, else the only one.

    Raises:
        NotFoundError: there is none, or none by this id.
        ConfigurationError: there are several and none is named.
    """
    known = hub.store.organisations()
    if wanted is not None:
        if wanted not in known:
            raise NotFoundError(f"There is no organisation {wanted}.")
        return wanted
    if not known:
        raise NotFoundError("There is no organisation yet. Make one with: samenspraak init")
    if len(known) > 1:
        raise ConfigurationError(f"Name the organisation with --organisation: {', '.join(known)}.")
    return known[0]
