"""Who does it and when: the placement's volunteer, and the activity's day, interval, times and dates.

What RegiCare's fields cannot hold (parts of the day, "2 keer per week", several times) stands under
"Ritme" in the description, in the words of :mod:`rhythm`; what people wrote about when stands under
"Wanneer". Fields that are filled win over the label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.connectors.lines import labelled_party, party_label
from samenspraak.connectors.rhythm import ONCE, WEEKDAYS, parse_rhythm, rhythm
from samenspraak.connectors.sections import tidy
from samenspraak.domain.agreements import Duty
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Timing, Weekday
from samenspraak.domain.units import UnitValue
from samenspraak.errors import InvalidRecordError, RuleError

from .held import DESCRIPTION, RHYTHM, WHEN, Held, View, label_of
from .records import Lookup
from .words import fold

MINUTES_A_DAY = 24 * 60
_TIMING_MEMBERS = ("interval", "dag", "startTijd", "eindTijd")


def read_duty(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    performer = _performer(raw["plaatsing"]["vrijwilliger"], view)
    if performer is not None:
        yield view.part, Duty(performer=performer, schedule=_schedule(raw, view))


def write_duty(raw: Raw, unit_id: str, duty: Duty | None, view: View) -> None:
    if duty is None:
        raw["plaatsing"]["vrijwilliger"] = {}
        _write_schedule(raw, Schedule(), view)
        return
    if _performer(raw["plaatsing"]["vrijwilliger"], view) != duty.performer:
        raw["plaatsing"]["vrijwilliger"] = _volunteer(duty.performer, view)
    if _schedule(raw, view) != duty.schedule:
        _write_schedule(raw, duty.schedule, view)


def normal_duty(duty: Duty) -> Duty:
    return replace(duty, schedule=replace(duty.schedule, text=tidy(duty.schedule.text)))


DUTY = Held(read=read_duty, write=write_duty, normal=normal_duty)


# Who.


def _performer(volunteer: Lookup, view: View) -> PartyRef | None:
    if not volunteer:
        return None
    if len(volunteer) > 1:
        raise InvalidRecordError("more than one volunteer in one task", field="plaatsing.vrijwilliger")
    ((external_id, label),) = volunteer.items()
    if external_id:
        return view.directory.party(external_id, PartyKind.VOLUNTEER)
    return labelled_party(label)


def _volunteer(ref: PartyRef, view: View) -> Lookup:
    external_id = view.directory.id_of(ref)
    if external_id and ref.kind is PartyKind.VOLUNTEER:
        return {external_id: view.directory.words_for(ref)}
    return {"": party_label(ref, view.directory)}


# When, read.


def _schedule(raw: Raw, view: View) -> Schedule:
    activity = raw["activiteit"]
    timing, once, words = _timing(activity, view)
    start, until = (_date(activity[name]) for name in ("startDatum", "eindDatum"))
    written = DESCRIPTION.get(activity["omschrijvingUitgebreid"], WHEN)
    try:
        return Schedule(
            text=written or words, timing=timing, start=start, until=start if once and start else until
        )
    except RuleError:
        raise InvalidRecordError("the task ends before it starts", field="activiteit.eindDatum") from None


def _timing(activity: dict[str, Any], view: View) -> tuple[Timing | None, bool, str]:
    """The timing, whether it is once only, and words for what has no timing we know."""
    if not any(activity[name] for name in _TIMING_MEMBERS):
        return parse_rhythm(DESCRIPTION.get(activity["omschrijvingUitgebreid"], RHYTHM)), False, ""
    meant = _meant(label_of(activity["interval"]), view)
    base = Recurrence(frequency=Frequency.DAILY) if meant == ONCE else parse_rhythm(meant)
    weekdays = _weekdays(activity["dag"])
    if not isinstance(base, Recurrence) or weekdays is None:
        return None, False, _in_words(activity)
    times = _times(activity)
    timing = replace(base, weekdays=weekdays or base.weekdays, times=times, minutes=_minutes(activity))
    return timing, meant == ONCE, ""


def _meant(label: str, view: View) -> str:
    return next((meant for known, meant in view.words.rhythms.items() if fold(known) == fold(label)), "")


def _weekdays(days: Lookup) -> tuple[Weekday, ...] | None:
    found = [WEEKDAYS.get(fold(label)) for label in days.values()]
    known = tuple(day for day in found if day is not None)
    return known if len(known) == len(found) else None


def _times(activity: dict[str, Any]) -> tuple[time, ...]:
    return (time.fromisoformat(activity["startTijd"]),) if activity["startTijd"] else ()


def _minutes(activity: dict[str, Any]) -> int | None:
    if not (activity["startTijd"] and activity["eindTijd"]):
        return None
    start, end = (_minute_of_day(time.fromisoformat(activity[name])) for name in ("startTijd", "eindTijd"))
    return (end - start) % MINUTES_A_DAY or None


def _minute_of_day(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _in_words(activity: dict[str, Any]) -> str:
    """The fields as they are, for an interval or day that no setting knows."""
    hours = " - ".join(part for part in (activity["startTijd"], activity["eindTijd"]) if part)
    labels = (*activity["interval"].values(), *activity["dag"].values(), hours)
    return ", ".join(label for label in labels if label)


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# When, written.


def _write_schedule(raw: Raw, schedule: Schedule, view: View) -> None:
    activity = raw["activiteit"]
    was = _schedule(raw, view)
    _, once, _ = _timing(activity, view)
    if once or (was.text, was.timing) != (schedule.text, schedule.timing):
        _write_timing(activity, schedule, view)
    activity["startDatum"] = schedule.start.isoformat() if schedule.start else ""
    activity["eindDatum"] = schedule.until.isoformat() if schedule.until else ""


def _write_timing(activity: dict[str, Any], schedule: Schedule, view: View) -> None:
    timing = schedule.timing
    held = _fields(timing, schedule, view) if isinstance(timing, Recurrence) else None
    in_words = rhythm(timing) if timing and held is None else ""
    empty = {"interval": {}, "dag": {}, "startTijd": "", "eindTijd": ""}
    for name, value in (held or empty).items():
        if not _says_the_same(name, activity[name], value):
            activity[name] = value
    description = DESCRIPTION.set(activity["omschrijvingUitgebreid"], RHYTHM, in_words)
    activity["omschrijvingUitgebreid"] = DESCRIPTION.set(description, WHEN, schedule.text)


def _says_the_same(name: str, current: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(current, dict):
        return {fold(label) for label in current.values()} == {fold(label) for label in wanted.values()}
    return bool(current == wanted)


def _fields(timing: Recurrence, schedule: Schedule, view: View) -> dict[str, Any] | None:
    """The timing in RegiCare's own fields, or None when they cannot hold it."""
    label = _interval(timing, schedule, view)
    whole_minutes = all(moment == moment.replace(second=0, microsecond=0) for moment in timing.times)
    if label is None or len(timing.times) > 1 or not whole_minutes:
        return None
    if timing.minutes is not None and not (timing.times and timing.minutes < MINUTES_A_DAY):
        return None
    start = end = ""
    if timing.times:
        start = timing.times[0].isoformat("minutes")
    if timing.times and timing.minutes:
        hours, minutes = divmod((_minute_of_day(timing.times[0]) + timing.minutes) % MINUTES_A_DAY, 60)
        end = f"{hours:02}:{minutes:02}"
    return {"interval": {"": label}, "dag": _days(timing.weekdays), "startTijd": start, "eindTijd": end}


def _interval(timing: Recurrence, schedule: Schedule, view: View) -> str | None:
    plain = rhythm(Recurrence(frequency=timing.frequency, interval=timing.interval))
    single = schedule.start is not None and schedule.start == schedule.until
    meant = ONCE if single and plain == "elke dag" and not timing.weekdays else plain
    known = view.words.rhythms.items()
    return next((label for wanted in (meant, plain) for label, one in known if one == wanted), None)


def _days(weekdays: tuple[Weekday, ...]) -> Lookup:
    # The ids of the weekdays are those of REGI-3P `src/ActivityShow.php`; people read the labels.
    names = {day: name for name, day in WEEKDAYS.items()}
    return {str((day + 1) % 7 + 1): names[day].capitalize() for day in weekdays}
