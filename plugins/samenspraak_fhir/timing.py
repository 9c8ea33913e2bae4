"""When: the text and the structure of a schedule in ``scheduled[x]``, and its first and last day.

Sources: https://hl7.org/fhir/R4/datatypes.html#Timing and the zibs: in HelpFromOthers the frequency is text
(``scheduledString``), in NursingIntervention a Timing, whose bounds equal the period of the plan
(zib-NursingIntervention-01). A structure that cannot be read exactly is left to its text; without a text the
record is set apart, because an agreement without its "when" would look like one for any time.

A nurse may change the text alone. So what we write is also kept beside it, in an extension that holds the
text as well: the structure that we wrote counts no longer once it stands with another text. In help, where
the frequency is text, that extension is the only place of the structure.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import time
from typing import Any

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
from samenspraak.errors import RuleError
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import (
    Element,
    coding,
    extension,
    put,
    put_extension,
    read_date,
    read_time,
    unusable,
    write_time,
)

FREQUENCIES = {"d": Frequency.DAILY, "wk": Frequency.WEEKLY, "mo": Frequency.MONTHLY, "a": Frequency.YEARLY}
PERIODS = {"d": Period.DAY, "wk": Period.WEEK, "mo": Period.MONTH}
DAYS = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), Weekday, strict=True))
PARTS = {"MORN": DayPart.MORNING, "AFT": DayPart.AFTERNOON, "EVE": DayPart.EVENING, "NIGHT": DayPart.NIGHT}
AS_NEEDED = {"system": names.TIMING_CODE, "code": "as-needed", "display": "zo nodig"}
_STRUCTURE = frozenset({"frequency", "period", "dayOfWeek", "timeOfDay", "when"})
# Members that change what the structure means in a way that ours cannot say.
_BEYOND = frozenset(
    {
        *("boundsDuration", "boundsRange", "count", "countMax", "durationMax", "frequencyMax", "periodMax"),
        "offset",
    }
)
_SCHEDULED = "activity.detail.scheduled"


def read_schedule(plan: Mapping[str, Any], detail: Mapping[str, Any]) -> Schedule:
    """The schedule of the plan's one activity.

    Raises:
        InvalidRecordError: it cannot be read, and there is no text either.
    """
    start, until = _days(plan, detail)
    native = fhir.element(detail, "scheduledTiming")
    text = fhir.text(detail, "scheduledString") or _code_text(fhir.element(native, "code"))
    timing = _timing(native, fhir.element(extension(detail, names.TIMING) or {}, "valueTiming"), text)
    if timing is None and not text and _says_more_than_days(native):
        raise unusable(f"{_SCHEDULED}[x]", "this schedule cannot be read, and has no text")
    return Schedule(text=text, timing=timing, start=start, until=until)


def _code_text(code: Mapping[str, Any]) -> str:
    """What a code says in words, its own or those of its first coding that is not ours."""
    shown = [fhir.text(one, "display") for one in _foreign(code)]
    return fhir.text(code, "text") or next((one for one in shown if one), "")


def _foreign(code: Mapping[str, Any]) -> list[Element]:
    return [one for one in fhir.elements(code, "coding") if one.get("system") != names.TIMING_CODE]


def _says_more_than_days(timing: Mapping[str, Any]) -> bool:
    """Whether it says how often or at which moments, beside from when until when."""
    repeat = fhir.element(timing, "repeat").keys()
    return bool(
        repeat & (_STRUCTURE | _BEYOND | {"duration", "periodUnit"}) or timing.keys() & {"code", "event"}
    )


def _timing(native: Mapping[str, Any], ours: Mapping[str, Any], text: str) -> Timing | None:
    """The structure that is meant with this text: the dossier's own, else ours."""
    written, is_ours = read_timing(ours), fhir.text(fhir.element(ours, "code"), "text") == text
    if not native:
        return written if is_ours else None
    found = read_timing(native)
    is_stale = bool(ours and text) and not is_ours and found == written
    return None if is_stale else found


def _days(plan: Mapping[str, Any], detail: Mapping[str, Any]) -> tuple[Any, Any]:
    period = fhir.element(plan, "period")
    repeat = fhir.element(fhir.element(detail, "scheduledTiming"), "repeat")
    bounds = fhir.element(repeat, "boundsPeriod") or fhir.element(detail, "scheduledPeriod")
    start = read_date(period.get("start", bounds.get("start")), "period.start")
    until = read_date(period.get("end", bounds.get("end")), "period.end", last=True)
    if start and until and until < start:
        raise unusable("period.end", "it stops before it starts")
    return start, until


def write_schedule(
    plan: Element, detail: Element, before: Schedule, after: Schedule, *, native: bool
) -> None:
    """Make the plan say ``after``; what is equal to ``before`` stays as it is written.

    ``native``: a structure goes into ``scheduledTiming``, else only into our extension beside the text.
    """
    if (before.text, before.timing) != (after.text, after.timing):
        _write_when(detail, before, after, native)
    start, until = _days(plan, detail)
    for member, now, wanted in (("start", start, after.start), ("end", until, after.until)):
        if now != wanted:
            _write_day(plan, detail, member, wanted.isoformat() if wanted else None)


def clear_schedule(plan: Element, detail: Element) -> None:
    """Leave no trace of when."""
    for member in ("scheduledString", "_scheduledString", "scheduledTiming", "scheduledPeriod"):
        detail.pop(member, None)
    put_extension(detail, names.TIMING, None)
    for member in ("start", "end"):
        _write_day(plan, detail, member, None)


def _write_day(plan: Element, detail: Element, member: str, day: str | None) -> None:
    period = dict(fhir.element(plan, "period"))
    put(period, member, day)
    put(plan, "period", period)
    repeat = fhir.element(fhir.element(detail, "scheduledTiming"), "repeat")
    if "boundsPeriod" in repeat:
        bounds = dict(fhir.element(repeat, "boundsPeriod"))
        put(bounds, member, day)
        timing = dict(detail["scheduledTiming"])
        timing["repeat"] = dict(repeat)
        put(timing["repeat"], "boundsPeriod", bounds)
        detail["scheduledTiming"] = timing
    if "scheduledPeriod" in detail:
        days = dict(fhir.element(detail, "scheduledPeriod"))
        put(days, member, day)
        put(detail, "scheduledPeriod", days)


def _write_when(detail: Element, before: Schedule, after: Schedule, native: bool) -> None:
    had = copy.deepcopy(fhir.element(detail, "scheduledTiming"))
    wanted = None if after.timing is None else write_timing(after.timing)
    ours = None if wanted is None else {"valueTiming": _with_text(dict(wanted), after.text)}
    put_extension(detail, names.TIMING, ours)
    detail.pop("scheduledPeriod", None)
    if wanted is not None and (had or native or not after.text):
        for member in ("scheduledString", "_scheduledString"):
            detail.pop(member, None)
        detail["scheduledTiming"] = _merged(dict(had), before, after, wanted)
        return
    detail.pop("scheduledTiming", None)
    put(detail, "scheduledString", after.text)


def _merged(had: Element, before: Schedule, after: Schedule, wanted: Element) -> Element:
    """The Timing that was there with our parts of it replaced."""
    if before.timing != after.timing or "repeat" not in had:
        bounds = fhir.element(had, "repeat").get("boundsPeriod")
        repeat = {**wanted.get("repeat", {}), **({"boundsPeriod": bounds} if bounds else {})}
        put(had, "repeat", repeat)
        code = dict(fhir.element(had, "code"))
        put(code, "coding", [*_foreign(code), *fhir.elements(fhir.element(wanted, "code"), "coding")])
        put(had, "code", code)
    if before.text != after.text:  # a code of theirs says the text that was
        code = dict(fhir.element(had, "code"))
        put(code, "coding", [one for one in fhir.elements(code, "coding") if one not in _foreign(code)])
        put(had, "code", code)
    return _with_text(had, after.text)


def _with_text(timing: Element, text: str) -> Element:
    code = dict(fhir.element(timing, "code"))
    put(code, "text", text)
    put(timing, "code", code)
    return timing


# Structures.


def write_timing(timing: Timing) -> Element:
    """A structure as a FHIR Timing, without its text."""
    match timing:
        case AsNeeded():
            return {"code": {"coding": [dict(AS_NEEDED)]}}
        case TimesPerPeriod():
            unit = _key(PERIODS, timing.period)
            return {"repeat": {"frequency": timing.times, "period": 1, "periodUnit": unit}}
        case PartOfDay():
            when = [_key(PARTS, one) for one in timing.parts]
            repeat: Element = {"when": when, "period": 1, "periodUnit": "d"}
        case Recurrence():
            repeat = {"period": timing.interval, "periodUnit": _key(FREQUENCIES, timing.frequency)}
            put(repeat, "timeOfDay", [write_time(one) for one in timing.times])
            if timing.minutes is not None:
                repeat |= {"duration": timing.minutes, "durationUnit": "min"}
    put(repeat, "dayOfWeek", [_key(DAYS, one) for one in timing.weekdays])
    return {"repeat": repeat}


def read_timing(timing: Mapping[str, Any]) -> Timing | None:
    """The structure in a FHIR Timing, or None when there is none that means exactly one of ours."""
    if AS_NEEDED["code"] in coding(fhir.element(timing, "code"), names.TIMING_CODE):
        return AsNeeded()
    repeat = fhir.element(timing, "repeat")
    if not repeat.keys() & _STRUCTURE or repeat.keys() & _BEYOND or "event" in timing:
        return None
    try:
        return _part_of_day(repeat) if "when" in repeat else _recurrence(repeat)
    except (KeyError, TypeError, ValueError, RuleError):
        return None


def _part_of_day(repeat: Mapping[str, Any]) -> Timing | None:
    parts = tuple(PARTS[one] for one in repeat["when"])
    often, every = repeat.get("frequency", 1), repeat.get("period", 1)
    units = ("d", "wk") if "dayOfWeek" in repeat else ("d",)
    if repeat.keys() & {"timeOfDay", "duration"} or often not in (1, len(parts)) or every != 1:
        return None
    if repeat.get("periodUnit", "d") not in units:
        return None
    return PartOfDay(parts=parts, weekdays=tuple(DAYS[one] for one in repeat.get("dayOfWeek", ())))


def _recurrence(repeat: Mapping[str, Any]) -> Timing | None:
    days = tuple(DAYS[one] for one in repeat.get("dayOfWeek", ()))
    times = tuple(_time(one) for one in repeat.get("timeOfDay", ()))
    minutes = _minutes(repeat)
    every, unit = repeat.get("period", 1), repeat.get("periodUnit", "wk" if days else "d")
    often = repeat.get("frequency")
    if every != int(every) or unit not in FREQUENCIES:
        return None
    if often is not None and not days and not times and minutes is None and every == 1 and unit in PERIODS:
        return TimesPerPeriod(times=int(often), period=PERIODS[unit])
    if often is not None and often not in (1, max(len(days), 1) * max(len(times), 1), len(times)):
        return None
    return Recurrence(
        frequency=FREQUENCIES[unit], interval=int(every), weekdays=days, times=times, minutes=minutes
    )


def _minutes(repeat: Mapping[str, Any]) -> int | None:
    if "duration" not in repeat:
        return None
    minutes = repeat["duration"] * {"min": 1, "h": 60}[repeat.get("durationUnit", "")]
    if minutes != int(minutes):
        raise ValueError("a part of a minute")
    return int(minutes)


def _time(written: Any) -> time:
    return read_time(written, f"{_SCHEDULED}Timing.repeat.timeOfDay")


def _key(table: Mapping[str, Any], value: Any) -> str:
    return next(key for key, one in table.items() if one is value)
