"""Hypothesis strategies and ready-made values: agreements, units, statements, directories.

Everything drawn is lawful and looks like what people write: Dutch texts with accents, quotes and emoji, no
control characters, no spaces at the ends. Nobody in it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from samenspraak.connectors import Directory
from samenspraak.domain.agreements import (
    OVER,
    Agreement,
    Code,
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Timing,
    Weekday,
)
from samenspraak.domain.statements import ASSENTS, REPORTS, Statement, StatementKind
from samenspraak.domain.units import UNITS, Keyed, UnitKey, UnitKind, Units, UnitValue, agreement_from

T = TypeVar("T")

CLIENT_ID = "p-cliente"
PEOPLE: Mapping[PartyRef, str] = {
    PartyRef(kind=PartyKind.CLIENT, id=CLIENT_ID): "Mevrouw Roos van den Heuvel",
    PartyRef(kind=PartyKind.RELATIVE, id="p-zoon"): "Bram van den Heuvel",
    PartyRef(kind=PartyKind.RELATIVE, id="p-dochter"): "Noor Işık",
    PartyRef(kind=PartyKind.RELATIVE, id="p-buur"): "Buurvrouw D'Hondt",
    PartyRef(kind=PartyKind.VOLUNTEER, id="p-kok"): 'Wim "Kookt" Postma',
    PartyRef(kind=PartyKind.PROFESSIONAL, id="p-verpleegkundige"): "Fatima el Amrani",
    PartyRef(kind=PartyKind.GROUP, id="g-team"): "Team De Linde",
    PartyRef(kind=PartyKind.DEVICE, id="d-dispenser"): "Medicijndispenser keuken",
}
"""The parties that drawn agreements are about, with their names."""

Parties = tuple[PartyRef, ...]
EVERYBODY: Parties = tuple(sorted(PEOPLE))

_PHRASES = (
    "Steunkousen aantrekken",
    "Samen koken op donderdag",
    "Haren wassen tot het weer zelf lukt",
    "Pillen geven volgens de baxterrol",
    "Eén kopje thee, géén koekje",
    'Zij zegt: "liever niet vóór negenen"',
    "Boodschappen & apotheek <samen>",
    "Wandelen 🌳 rond de vijver",
    "Alleen na uitleg; stop als het zelf lukt",
    "a|b^c\\d $eur; {x}",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789éëïüßç'’\"&<>-–.,;:!?/()+%€🌷"


@cache
def texts(max_size: int = 80) -> SearchStrategy[str]:
    """A text of one line, never empty, without spaces at its ends."""
    spelled = st.text(alphabet=f"{_LETTERS} ", min_size=1, max_size=max_size).map(_squeezed)
    # Hypothesis also draws words it finds in the code, and no text may be taken for the canary.
    spelled = spelled.filter(lambda text: bool(text) and "kanarie" not in text.lower())
    return st.one_of(st.sampled_from(_PHRASES), spelled)


@cache
def long_texts() -> SearchStrategy[str]:
    """A text that may have several lines."""
    return st.lists(texts(), min_size=1, max_size=3).map("\n".join)


@cache
def perhaps(strategy: SearchStrategy[str]) -> SearchStrategy[str]:
    """Such a text, or none."""
    return st.one_of(st.just(""), strategy)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


@cache
def days() -> SearchStrategy[date]:
    return st.dates(min_value=date(2024, 1, 1), max_value=date(2031, 12, 31))


@cache
def clocks() -> SearchStrategy[time]:
    """Clock times in whole minutes."""
    return st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 15, 30, 45, 59]))


@cache
def moments() -> SearchStrategy[datetime]:
    """Moments in aware UTC, in whole seconds."""
    return st.datetimes(
        min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis wants its bounds naive
        max_value=datetime(2031, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(lambda moment: moment.replace(microsecond=0))


@cache
def parties(among: Parties = EVERYBODY, *kinds: PartyKind) -> SearchStrategy[PartyRef]:
    """One of these parties, of one of these kinds if any of them is."""
    fitting = [ref for ref in among if ref.kind in kinds] if kinds else []
    return st.sampled_from(fitting or among)


@cache
def _maybe(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    return st.one_of(st.none(), strategy)


@cache
def _several(kind: type[T], *, min_size: int = 0) -> SearchStrategy[tuple[T, ...]]:
    members: list[Any] = list(kind)  # type: ignore[call-overload]  # an enumeration
    return st.lists(st.sampled_from(members), min_size=min_size, max_size=4, unique=True).map(tuple)


@cache
def timings() -> SearchStrategy[Timing]:
    """Every structured form of when."""
    recurrences = st.builds(
        Recurrence,
        frequency=st.sampled_from(Frequency),
        interval=st.integers(1, 4),
        weekdays=_several(Weekday),
        times=st.lists(clocks(), max_size=3).map(tuple),
        minutes=_maybe(st.integers(5, 240)),
    )
    parts = st.builds(PartOfDay, parts=_several(DayPart, min_size=1), weekdays=_several(Weekday))
    numbers = st.builds(TimesPerPeriod, times=st.integers(1, 6), period=st.sampled_from(Period))
    return st.one_of(recurrences, parts, numbers, st.just(AsNeeded()))


@cache
@st.composite
def periods(draw: DrawFn) -> tuple[date | None, date | None]:
    """From and until, either of them perhaps open."""
    first, last = draw(_maybe(days())), draw(_maybe(days()))
    return (last, first) if first and last and last < first else (first, last)


@cache
@st.composite
def schedules(draw: DrawFn) -> Schedule:
    start, until = draw(periods())
    text = draw(perhaps(texts()))
    return Schedule(text=text, timing=draw(_maybe(timings())), start=start, until=until)


@cache
@st.composite
def statuses(draw: DrawFn) -> Status:
    """Every state but draft, which never leaves the hub."""
    state = draw(st.sampled_from([state for state in State if state is not State.DRAFT]))
    paused_from, paused_until = draw(periods()) if state is State.PAUSED else (None, None)
    return Status(
        state=state,
        reason=draw(perhaps(texts())),
        ended_on=draw(_maybe(days())) if state in OVER else None,
        paused_from=paused_from,
        paused_until=paused_until,
    )


@st.composite
def occurrence_exceptions(draw: DrawFn, among: Parties) -> OccurrenceException:
    kind = draw(st.sampled_from(ExceptionKind))
    moved = kind is ExceptionKind.MOVED
    return OccurrenceException(
        kind=kind,
        moved_to=draw(days()) if moved else None,
        moved_time=draw(_maybe(clocks())) if moved else None,
        by=draw(parties(among)) if kind is ExceptionKind.TAKEN_OVER else None,
        reason=draw(perhaps(texts())),
    )


_ABLE = (PartyKind.CLIENT, PartyKind.RELATIVE, PartyKind.VOLUNTEER, PartyKind.PROFESSIONAL, PartyKind.GROUP)

_VALUES: Mapping[UnitKind, Callable[[Parties], SearchStrategy[Any]]] = {
    UnitKind.WHAT: lambda among: st.builds(
        What,
        text=texts(),
        modality=st.sampled_from(Modality),
        code=_maybe(
            st.builds(
                Code,
                system=st.sampled_from(["http://snomed.info/sct", "urn:oid:2.16.840.1.113883.2.4.3.11.60"]),
                value=st.integers(1, 10**9).map(str),
                display=perhaps(texts(40)),
            )
        ),
    ),
    UnitKind.LIFE_DOMAIN: lambda among: st.sampled_from(LifeDomain),
    UnitKind.PLACE: lambda among: texts(40),
    UnitKind.ASSIGNMENT: lambda among: st.builds(
        Duty, performer=parties(among, *_ABLE), schedule=schedules()
    ),
    UnitKind.INSTRUCTED: lambda among: st.builds(
        Instructed, by=_maybe(parties(among, PartyKind.PROFESSIONAL)), on=_maybe(days())
    ),
    UnitKind.BACKUP: lambda among: parties(among, *_ABLE),
    UnitKind.RESPONSIBLE: lambda among: parties(among, PartyKind.PROFESSIONAL),
    UnitKind.CONDITIONS: lambda among: st.builds(
        Conditions,
        text=long_texts(),
        instruction=perhaps(long_texts()),
        instruction_required=st.booleans(),
    ),
    UnitKind.STATUS: lambda among: statuses(),
    UnitKind.REVIEW: lambda among: st.builds(
        Review, due=days(), outcome=_maybe(st.sampled_from(ReviewOutcome)), next=_maybe(days())
    ),
    UnitKind.REVIEW_NOTES: lambda among: long_texts(),
    UnitKind.DECIDES: lambda among: st.builds(Decides, who=parties(among), told_how=perhaps(texts())),
    UnitKind.EXCEPTION: occurrence_exceptions,
}


@cache
def values(kind: UnitKind, among: Parties = EVERYBODY) -> SearchStrategy[Any]:
    """A value of this kind of unit, which may name these parties."""
    return _VALUES[kind](among)


@st.composite
def units(
    draw: DrawFn,
    *,
    kinds: Collection[UnitKind] = frozenset(UnitKind),
    among: Parties = EVERYBODY,
    assignments: int = 3,
) -> Units:
    """Units of these kinds with at most so many assignments; always with what an agreement must have.

    What a kind needs (``what``, ``status``, one assignment) is there if it is among the kinds.
    """
    must = {UnitKind.WHAT, UnitKind.STATUS, UnitKind.ASSIGNMENT}
    ids = tuple(f"a{number}" for number in range(1, draw(st.integers(1, assignments)) + 1))
    found: dict[UnitKey, UnitValue] = {}
    for kind in sorted(kinds):
        if kind in must or draw(st.booleans()):
            for key in draw(_some_keys(kind, ids)):
                found[key] = draw(values(kind, among))
    return found


@cache
def _some_keys(kind: UnitKind, ids: tuple[str, ...]) -> SearchStrategy[list[UnitKey]]:
    if kind is UnitKind.ASSIGNMENT:
        return st.just([UnitKey(kind, one) for one in ids])
    least = 1 if UNITS[kind].keyed is Keyed.NOT else 0
    return st.sets(keys(kind, ids), min_size=least, max_size=3).map(sorted)


@cache
def keys(kind: UnitKind, assignment_ids: tuple[str, ...]) -> SearchStrategy[UnitKey]:
    """The name of one unit of this kind."""
    keyed = UNITS[kind].keyed
    if keyed is Keyed.NOT:
        return st.just(UnitKey(kind))
    ids = st.sampled_from(assignment_ids)
    if keyed is Keyed.ASSIGNMENT:
        return st.builds(UnitKey, st.just(kind), ids)
    occurrences = st.builds(OccurrenceKey, assignment_id=ids, day=days(), nth=st.integers(1, 3))
    return occurrences.map(lambda one: UnitKey(kind, str(one)))


@st.composite
def agreements(draw: DrawFn, *, assignments: int = 3) -> Agreement:
    """A whole lawful agreement about :data:`CLIENT_ID`."""
    number = draw(st.integers(1, 9999))
    return agreement_from(f"ag{number}", CLIENT_ID, draw(units(assignments=assignments)))


@st.composite
def statements(draw: DrawFn, *, among: Parties = EVERYBODY) -> Statement:
    """One thing somebody said through the hub or another system, about assignment ``a1``."""
    kind = draw(st.sampled_from(StatementKind))
    through = draw(st.sampled_from(["hub", "dossier-1"]))
    return Statement(
        id=f"{through}:s{draw(st.integers(1, 99_999))}",
        kind=kind,
        by=draw(parties(among, *_ABLE)),
        at=draw(moments()),
        through=through,
        terms=draw(st.text("0123456789abcdef", min_size=8, max_size=8)) if kind in ASSENTS else "",
        occurrence=OccurrenceKey(assignment_id="a1", day=draw(days())) if kind in REPORTS else None,
        text=draw(texts()) if kind is StatementKind.COMMENT else draw(perhaps(texts())),
    )


@st.composite
def directories(
    draw: DrawFn,
    *,
    connector_id: str,
    external_id: Callable[[PartyRef], str],
    strangers: bool = True,
) -> Directory:
    """Who is known in a system under which id, and who may be named there.

    ``strangers``: some parties are unknown there, and some may not be named.
    """
    some = st.sets(st.sampled_from(EVERYBODY)) if strangers else st.just(EVERYBODY)
    known, named = draw(some), draw(some)
    return Directory(
        connector_id=connector_id,
        external={ref: external_id(ref) for ref in known},
        names={ref: PEOPLE[ref] for ref in named},
    )


# Values with a text that is found again wherever it was written.

CANARY = "Kanarie 7f3a"


BIRD = PartyRef(kind=PartyKind.RELATIVE, id="p-kanarie")
"""A party with the canary as name."""

PLANTED: Mapping[UnitKind, UnitValue] = {
    UnitKind.WHAT: What(text=CANARY),
    UnitKind.PLACE: CANARY,
    UnitKind.ASSIGNMENT: Duty(performer=BIRD, schedule=Schedule(text=CANARY)),
    UnitKind.INSTRUCTED: Instructed(by=BIRD),
    UnitKind.BACKUP: BIRD,
    UnitKind.RESPONSIBLE: BIRD,
    UnitKind.CONDITIONS: Conditions(text=CANARY, instruction=CANARY, instruction_required=True),
    UnitKind.STATUS: Status(state=State.ACTIVE, reason=CANARY),
    UnitKind.REVIEW_NOTES: CANARY,
    UnitKind.DECIDES: Decides(who=BIRD, told_how=CANARY),
    UnitKind.EXCEPTION: OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=BIRD, reason=CANARY),
}
"""For each kind of unit that holds text or a name, a value that shows where it was written."""
