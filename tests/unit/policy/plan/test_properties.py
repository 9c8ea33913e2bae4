"""What holds for every plan, whatever was typed where: a hub and one copy, in all their states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import assume, given
from hypothesis import strategies as st

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    STATUS,
    WHAT,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
)
from samenspraak.policy.capabilities import Absence, Carries, Direction, MayEnd, Objects, Token, Write
from samenspraak.policy.plan import plan
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import (
    Attempt,
    ConnectorState,
    CopyState,
    Do,
    Leader,
    LinkPhase,
    NotSeen,
    NotThere,
    Ours,
    Plan,
    Presence,
    Reason,
    There,
    Today,
    Unreadable,
    WriteKind,
)

from .situations import (
    A1,
    A2,
    ACTIVE,
    ENDED,
    EVENING,
    HEEL,
    MISTAKE,
    MORNING,
    NOON,
    NOTHING,
    NOW,
    PAUSED,
    PLACE,
    PROPOSED,
    SHOES,
    SOCKS,
    SON,
    STOCKINGS,
    TOES,
    WITHDRAWN,
    capabilities,
    intent,
    shape,
)

LIVE: Mapping[UnitKey, tuple[UnitValue, ...]] = {
    WHAT: (STOCKINGS, SOCKS, SHOES),
    STATUS: (PROPOSED, ACTIVE, PAUSED),
    A1: (MORNING, EVENING, NOON),
    A2: (MORNING, EVENING),
    CONDITIONS: (HEEL, TOES),
    PLACE: ("keuken", "badkamer"),
}
ANY = {**LIVE, STATUS: (*LIVE[STATUS], ENDED, WITHDRAWN, MISTAKE), LIFE_DOMAIN: tuple(LifeDomain)}
MUST = (WHAT, STATUS)
KEYS = st.sampled_from(sorted(LIVE))


def units_of(
    values: Mapping[UnitKey, tuple[UnitValue, ...]], must: tuple[UnitKey, ...] = MUST
) -> st.SearchStrategy[Units]:
    """Some of these units, each with one of its values."""
    every = {key: st.sampled_from(known) for key, known in values.items()}
    optional = {key: one for key, one in every.items() if key not in must}
    return st.fixed_dictionaries({key: every[key] for key in must}, optional=optional)


AGREED, SOME = units_of(LIVE), units_of(ANY, ())
SENT = st.dictionaries(
    st.sampled_from(sorted(ANY)), st.one_of(st.none(), *map(st.sampled_from, ANY.values()))
)
SHAPES = st.builds(
    Shape, units=st.frozensets(st.sampled_from(sorted(ANY))), kinds=st.frozensets(st.sampled_from(UnitKind))
)
RULES = st.dictionaries(
    st.sampled_from(UnitKind), st.sampled_from([Leader(connector_id="app-a"), Leader(connector_id="ecd-1")])
)


@dataclass(frozen=True, kw_only=True)
class Two:
    """A hub and one copy with what is known of it; after :meth:`settled` nobody has anything to do."""

    hub: Units
    app: Units
    copy: CopyState
    today: Today
    asked: tuple[UnitKey, ...] = ()

    @classmethod
    def in_step(cls, units: Units, today: Today | None = None) -> Two:
        """Both hold these units, and may see them."""
        carried = capabilities(token=Token.ENFORCED)
        seen = today or Today(connector_id="app-a", capabilities=carried, shape=shape(ANY))
        known = CopyState(
            phase=LinkPhase.OPEN, was=units, then=units, based=frozenset(units), shape=seen.shape
        )
        return cls(hub=units, app=units, copy=known, today=seen)

    def plan(self) -> Plan:
        ours = Ours(presence=Presence.LIVE, units=self.hub, version=2)
        return plan(self.copy, ours, There(units=self.app), self.today)

    def settled(self) -> Two:
        """What both hold once every plan was carried out.

        The first plan may adopt, the second write; after that there is nothing left to do.
        """
        one = self
        for _ in range(3):
            one = one.after(one.plan())
        rest = one.plan()
        assert (rest.do, rest.adopt, rest.set, rest.clear) == (Do.NOTHING, {}, {}, frozenset())
        return one

    def after(self, decided: Plan) -> Two:
        """Both sides once this plan was carried out, with what sync keeps of it (``sync/keeping.py``)."""
        written = {**decided.set, **dict.fromkeys(decided.clear)} if decided.do is Do.UPDATE else {}
        hub, app = _with(self.hub, decided.adopt), _with(self.app, written)
        moved = {*decided.agreed, *decided.adopt, *decided.hold, *decided.keep, *written}
        settled = {*decided.agreed, *decided.adopt, *written}
        hidden = written.keys() - self.today.shape.units
        kept = replace(
            self.copy,
            was=_with(self.copy.was, {key: hub.get(key) for key in settled}),
            then=_with(self.copy.then, {key: app.get(key) for key in moved}),
            based=(self.copy.based | settled) - hidden,
            shape=replace(self.today.shape, units=(self.copy.shape.units | moved) & self.today.shape.units),
            held=decided.hold,
            past={key: (*self.copy.past.get(key, ()), value) for key, value in hub.items()},
        )
        asked = tuple(key for one in decided.questions for key in one.values)
        return replace(self, hub=hub, app=app, copy=kept, asked=(*self.asked, *asked))


def _with(units: Units, changes: Mapping[UnitKey, UnitValue | None]) -> Units:
    merged = {**units, **changes}
    return {key: value for key, value in merged.items() if value is not None}


# Total.


@given(
    copy=st.builds(
        CopyState,
        phase=st.sampled_from(LinkPhase),
        was=SOME,
        then=SOME,
        based=st.frozensets(st.sampled_from(sorted(ANY))),
        shape=SHAPES,
        held=SENT,
        answered=SENT,
        past=st.dictionaries(st.just(WHAT), st.just((SOCKS, SHOES))),
        intent=st.one_of(
            st.none(),
            st.builds(intent, st.sampled_from(WriteKind), SENT, waiting=st.sampled_from([None, "v7"])),
        ),
        attempts=st.lists(st.builds(Attempt, sent=SENT, at=st.just(NOW)), max_size=2).map(tuple),
        refused=SENT,
        ended_by_us=st.booleans(),
        released=st.booleans(),
    ),
    ours=st.builds(
        Ours,
        presence=st.sampled_from(Presence),
        units=SOME,
        part=st.sampled_from(["", "a1", "a9"]),
        siblings=st.integers(0, 2),
    ),
    theirs=st.one_of(
        st.just(NotThere()),
        st.builds(NotSeen, why=st.just("status 403 or 404"), missing=st.booleans()),
        st.just(Unreadable(field="tasks")),
        st.builds(
            There,
            units=SOME,
            selected=st.booleans(),
            client_is_ours=st.booleans(),
            doubles=st.integers(0, 2),
            went_back=st.booleans(),
            repeats=st.booleans(),
            mark=st.sampled_from([None, "a#1"]),
        ),
    ),
    today=st.builds(
        Today,
        connector_id=st.just("app-a"),
        capabilities=st.builds(
            capabilities,
            units=st.dictionaries(
                st.sampled_from(UnitKind),
                st.builds(Carries, read=st.booleans(), write=st.sampled_from(Write)),
            ),
            objects=st.sampled_from(Objects),
            absence=st.sampled_from(Absence),
            may_end=st.sampled_from(MayEnd),
            token=st.sampled_from(Token),
            tells_statements=st.booleans(),
        ),
        connector=st.sampled_from(ConnectorState),
        shape=SHAPES,
        rules=RULES,
        first_agree=st.dictionaries(KEYS, st.sampled_from([frozenset(), frozenset({SON})])),
        directions=st.dictionaries(st.sampled_from(UnitKind), st.sampled_from(Direction)),
        mark=st.sampled_from([None, "a", "b"]),
        statements=st.sampled_from([None, frozenset({"x1"})]),
        candidate=st.booleans(),
        client_known=st.booleans(),
    ),
)
def test_every_combination_has_a_plan(copy: CopyState, ours: Ours, theirs: There, today: Today) -> None:
    decided = plan(copy, ours, theirs, today)

    assert decided.row
    assert decided.reason in Reason
    visible = {key for key in decided.set if key in today.shape.units} if today.shape else set()
    assert set(decided.set) == visible, "only what may be seen is ever written"


# Merging.


@given(agreed=AGREED, hub=AGREED, app=AGREED)
def test_what_was_carried_out_leaves_nothing_to_do(agreed: Units, hub: Units, app: Units) -> None:
    after = replace(Two.in_step(agreed), hub=hub, app=app).settled()

    differing = {key for key in LIVE if after.hub.get(key) != after.app.get(key)}
    assert differing == set(after.copy.held), "what differs is under a question"


@given(agreed=AGREED, data=st.data())
def test_edits_of_different_units_commute(agreed: Units, data: st.DataObject) -> None:
    edits = data.draw(st.dictionaries(KEYS, st.integers(0, 2)))
    here = {key: _other(agreed, key, number) for key, number in edits.items() if number % 2}
    away = {key: _other(agreed, key, number) for key, number in edits.items() if not number % 2}
    start = Two.in_step(agreed)

    at_once = replace(start, hub=_with(agreed, here), app=_with(agreed, away)).settled()
    first_here = replace(start, hub=_with(agreed, here)).settled()
    in_turn = replace(first_here, app=_with(first_here.app, away)).settled()

    assert at_once.hub == at_once.app == in_turn.hub == in_turn.app == _with(agreed, {**here, **away})
    assert at_once.asked == in_turn.asked == ()


def _other(units: Units, key: UnitKey, number: int) -> UnitValue:
    """A value that the unit does not have."""
    others = [value for value in LIVE[key] if value != units.get(key)]
    return others[number % len(others)]


@given(agreed=AGREED, hub=AGREED, app=AGREED, rules=RULES, proposals=st.frozensets(KEYS))
def test_nothing_that_either_side_did_is_dropped(
    agreed: Units, hub: Units, app: Units, rules: Mapping[UnitKind, Leader], proposals: frozenset[UnitKey]
) -> None:
    two = replace(Two.in_step(agreed), hub=hub, app=app)
    first = dict.fromkeys(proposals, frozenset({SON}))
    decided = replace(two, today=replace(two.today, rules=rules, first_agree=first)).plan()

    taken = {**decided.hold, **decided.adopt}
    for key in LIVE:
        we, they = hub.get(key) != agreed.get(key), app.get(key) != agreed.get(key)
        later = decided.rows.get(key) == "both along the chain, ours later"
        if they and not later:
            assert taken.get(key, _MISSING) == app.get(key) or key in decided.agreed
        if we and not decided.adopt:
            sent = key in decided.set or key in decided.clear
            assert sent or key in decided.hold or key in decided.agreed
        if we and key in decided.adopt:
            assert rules.get(key.kind) == Leader(connector_id="app-a") or key == STATUS


_MISSING = object()


@given(agreed=AGREED, hub=AGREED, app=AGREED, rules=RULES, hazard=st.sampled_from(["medication", "mobility"]))
def test_where_harm_is_possible_two_values_are_always_a_question(
    agreed: Units, hub: Units, app: Units, rules: Mapping[UnitKind, Leader], hazard: str
) -> None:
    danger = {LIFE_DOMAIN: LifeDomain(hazard)}
    two = replace(Two.in_step({**agreed, **danger}), hub={**hub, **danger}, app={**app, **danger})
    decided = replace(two, today=replace(two.today, rules=rules)).plan()

    both = {key for key in LIVE if len({one.get(key) for one in (agreed, hub, app)}) == 3}
    assert both <= decided.hold.keys()
    assert not both & (decided.adopt.keys() | decided.set.keys() | decided.clear)
    assert {key: decided.hold[key] for key in both} == {key: app.get(key) for key in both}


# Hiding and revealing.


@given(units=AGREED, hidden=st.frozensets(KEYS.filter(lambda key: key != WHAT)))
def test_to_hide_is_no_edit_and_to_reveal_brings_it_back(units: Units, hidden: frozenset[UnitKey]) -> None:
    start = Two.in_step(units)
    less = Shape(
        units=start.today.shape.units - hidden, kinds=start.today.shape.kinds - {key.kind for key in hidden}
    )

    without = replace(start, today=replace(start.today, shape=less)).settled()
    back = replace(without, today=start.today).settled()

    assert without.app == {key: value for key, value in units.items() if key not in hidden}
    assert without.hub == back.hub == back.app == units
    assert without.asked == back.asked == ()


@given(units=AGREED, typed=AGREED, key=KEYS.filter(lambda key: key != WHAT))
def test_what_is_typed_in_a_hidden_unit_is_kept_and_goes_nowhere_else(
    units: Units, typed: Units, key: UnitKey
) -> None:
    assume(key in typed and typed[key] != units.get(key))
    start = Two.in_step(units)
    less = Shape(units=start.today.shape.units - {key}, kinds=start.today.shape.kinds - {key.kind})
    hidden = replace(start, today=replace(start.today, shape=less)).settled()

    after = replace(hidden, app={**hidden.app, key: typed[key]})
    kept = after.plan().keep
    after = after.settled()

    assert kept == {key: typed[key]}
    assert after.hub == units
    assert key not in after.app


@given(units=AGREED, hub=AGREED, app=AGREED)
def test_a_copy_that_may_not_be_there_is_emptied_whatever_it_says(
    units: Units, hub: Units, app: Units
) -> None:
    two = replace(Two.in_step(units), hub=hub, app=app)
    decided = replace(two, today=replace(two.today, shape=NOTHING)).plan()

    assert decided.do is Do.RETRACT
    assert decided.clear >= app.keys() - {STATUS}
    typed = {key: value for key, value in app.items() if value not in (units.get(key), hub.get(key))}
    assert decided.keep.keys() == typed.keys() - {STATUS}
