"""What the public documents leave open, each decided one way by the book and the other way by the quirks."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.sandbox import Mode


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """What this Ons does.

    ``nested``: a plan comes with its entries and actions (the schema has them; the example of a list has
    not) · ``wrapped``: lists come as ``{"<plural>": […]}`` and not as bare arrays · ``local_since``:
    ``since`` is Dutch time, not UTC · ``taken``: the status for a uuid that is there already ·
    ``says_what_it_made``: a new series is answered with the series, not with 204 · ``early_ids``: an action
    has its persistent id in the draft already · ``in_order``: notifications go out in order, once ·
    ``keeps_old``: plans that are no longer in force are listed.
    """

    nested: bool = True
    wrapped: bool = True
    local_since: bool = True
    taken: int = 422
    says_what_it_made: bool = True
    early_ids: bool = True
    in_order: bool = True
    keeps_old: bool = True


_MODES: dict[Mode, Quirks] = {
    "strict": Quirks(),
    "quirky": Quirks(
        nested=False,
        wrapped=False,
        local_since=False,
        taken=409,
        says_what_it_made=False,
        early_ids=False,
        in_order=False,
        keeps_old=False,
    ),
}


def of(mode: Mode) -> Quirks:
    return _MODES[mode]
