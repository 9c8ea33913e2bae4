"""What real FHIR servers were seen to do, each to be switched on by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """Deviations from the quiet textbook server.

    ``uuid_versions``: versionId is a UUID, so tokens have no order. ``whole_seconds``: ``meta.lastUpdated``
    has no fraction, so several versions share one. ``offset_paging``: a ``next`` link counts
    from the start of a result that is searched again, so concurrent writes shift it. ``reformats``: members
    come back in another order, with defaults nobody sent (``meta.profile``, ``language``).
    ``unknown_is_empty``: an unknown search parameter is answered 200 with total 0. ``lag_seconds``: reading
    shows a write only after that long. ``gone_is_404``: a deleted resource answers 404, also to a second
    delete. ``if_match_optional``: an update without, or with an unquoted, ``If-Match`` is applied; another
    version answers 409. ``no_type_history``: ``[type]/_history`` does not exist. ``history_unordered``: the
    history of an instance comes in no particular order. ``deletes_without_moment``: a deletion in a history
    has no ``lastModified``, and its address names the version, as in histories of HAPI.

    ``plain_errors``: an error is plain JSON and no OperationOutcome.
    ``torn_transactions``: a transaction that fails leaves stored what came before. ``no_etags_in_bundles``:
    the entries of its answer have no ``etag``. ``doubled_notices``: whoever subscribed is told of each change
    twice.

    The others are no part of a quirky server, which would otherwise neither answer nor refuse what a
    connector promises. ``no_conditional_create``: it declares none, and passes over ``If-None-Exist``.
    ``no_transactions``: it offers none. ``no_moments``: ``_lastUpdated`` is an unknown search parameter.
    ``own_address``: what it calls itself in links, as behind a proxy that nobody told it of.
    ``no_self_links``: a search does not repeat what it was asked. ``bare_answers``: a write is answered
    without a body, whatever ``Prefer`` asks, and an update without ``Location``: a server may
    (https://hl7.org/fhir/R4/http.html#ops).
    ``no_versions``: there is no ``meta.versionId`` and no ``ETag``, and ``If-Match`` means nothing.
    """

    uuid_versions: bool = False
    whole_seconds: bool = False
    offset_paging: bool = False
    reformats: bool = False
    unknown_is_empty: bool = False
    lag_seconds: float = 0.0
    gone_is_404: bool = False
    if_match_optional: bool = False
    no_type_history: bool = False
    history_unordered: bool = False
    deletes_without_moment: bool = False
    plain_errors: bool = False
    torn_transactions: bool = False
    no_etags_in_bundles: bool = False
    doubled_notices: bool = False
    no_conditional_create: bool = False
    no_transactions: bool = False
    no_moments: bool = False
    no_self_links: bool = False
    own_address: str = ""
    bare_answers: bool = False
    no_versions: bool = False


STRICT = Quirks()
QUIRKY = Quirks(
    uuid_versions=True,
    whole_seconds=True,
    offset_paging=True,
    reformats=True,
    unknown_is_empty=True,
    lag_seconds=0.2,
    gone_is_404=True,
    if_match_optional=True,
    no_type_history=True,
    history_unordered=True,
    deletes_without_moment=True,
    plain_errors=True,
    torn_transactions=True,
    no_etags_in_bundles=True,
    doubled_notices=True,
)
