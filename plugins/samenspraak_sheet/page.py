"""The printable page: what is agreed with a client, for the notebook in the living room or on the ward.

One HTML document without script, picture or address of anybody else. It is made for paper: black on white,
large type, no agreement cut in two by the end of a page, the moment it was made, and room to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from itertools import groupby

from samenspraak.connectors.published import Occasion
from samenspraak.domain.agreements import Conditions, Modality, Review, State, What
from samenspraak.domain.dutch_schedule import readable
from samenspraak.domain.local_time import AMSTERDAM, local_day
from samenspraak.domain.units import CONDITIONS, REVIEW, WHAT, UnitKind
from samenspraak_sheet.columns import PLACE, Row, exceptions
from samenspraak_sheet.rows import Shown
from samenspraak_sheet.words import STATES, written_day

_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_WHAT_IT_IS: Mapping[Modality, str] = {
    Modality.DOES: "",
    Modality.MAY: "Mag, hoeft niet",
    Modality.NEVER: "Niet doen",
}
_LATELY = timedelta(days=1)
_ROOM = 2
"""So many lines to write on under each agreement."""
_STYLE = """
@page { size: A4; margin: 16mm 15mm 18mm; }
* { box-sizing: border-box; }
body { font: 14pt/1.4 Verdana, "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff;
  max-width: 180mm; margin: 0 auto; padding: 4mm; }
h1 { font-size: 22pt; line-height: 1.2; margin: 0; }
h2 { font-size: 16pt; line-height: 1.25; margin: 0 0 1mm; }
.stand { border-bottom: 1mm solid #000; padding-bottom: 3mm; margin: 2mm 0 5mm; }
section + section { break-before: page; }
article { border: 0.4mm solid #000; border-radius: 2mm; padding: 3mm 4mm; margin: 0 0 5mm;
  break-inside: avoid; }
.kind { font-weight: bold; border: 0.4mm solid #000; border-radius: 1mm; padding: 0 2mm; font-size: 12pt;
  display: inline-block; margin: 0 0 1mm; }
ul { margin: 1mm 0; padding-left: 6mm; }
dl { display: grid; grid-template-columns: 37mm 1fr; gap: 1mm 3mm; margin: 2mm 0 0; font-size: 13pt; }
dt { font-weight: bold; }
dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.room { font-size: 11pt; margin-top: 3mm; }
.room i { display: block; border-bottom: 0.3mm solid #000; height: 9mm; }
footer { border-top: 0.4mm solid #000; padding-top: 3mm; margin-top: 6mm; font-size: 12pt;
  break-inside: avoid; }
.room b { font-weight: normal; }
@media print { body { padding: 0; max-width: none; } }
"""


def page(title: str, contact: str, shown: Sequence[Shown], at: Occasion, *, at_home: bool) -> bytes:
    """The document. ``at_home``: whether others than staff read it, so that it names no system."""
    by_client = sorted(shown, key=lambda one: (one.client, one.copy.raw["client"]))
    sections = [
        _section(title, client, list(of_client), at, at_home=at_home)
        for (client, _), of_client in groupby(by_client, key=lambda one: (one.client, one.copy.raw["client"]))
    ]
    body = "\n".join(sections) or _empty(title, at, at_home=at_home)
    lines = (
        "<!DOCTYPE html>",
        '<html lang="nl"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title>',
        f"<style>{_STYLE}</style></head><body>",
        body,
        _footer(contact),
        "</body></html>\n",
    )
    return "\n".join(lines).encode()


def _section(title: str, client: str, shown: Sequence[Shown], at: Occasion, *, at_home: bool) -> str:
    agreements = sorted(shown, key=lambda one: (_words(one.row), one.marker.agreement_id, one.row.part))
    articles = [
        _article(list(parts), at) for _, parts in groupby(agreements, key=lambda one: one.marker.agreement_id)
    ]
    heading = f"{title} van {client}" if client else title
    return "\n".join(
        (f"<section><h1>{escape(heading)}</h1>", _stand(at, at_home=at_home), *articles, "</section>")
    )


def _empty(title: str, at: Occasion, *, at_home: bool) -> str:
    nothing = "<p>Er staan nu geen afspraken op dit blad.</p>"
    return f"<section><h1>{escape(title)}</h1>{_stand(at, at_home=at_home)}{nothing}</section>"


def _stand(at: Occasion, *, at_home: bool) -> str:
    """As of when it is, and whether some system was not heard for a while: nobody may rely on silence."""
    whose = f"Voor: {escape(at.reader)}. " if at.reader and not at_home else ""
    lines = [f"{whose}Stand van {_moment(at.now)}.", *map(escape, _heard(at, at_home=at_home))]
    return f'<p class="stand">{"<br>".join(lines)}</p>'


def _heard(at: Occasion, *, at_home: bool) -> Iterator[str]:
    late = {
        name: heard for name, heard in sorted(at.heard.items()) if heard is None or at.now - heard > _LATELY
    }
    if not at.heard:
        return
    if not late:
        yield "De andere systemen hebben we vandaag nog gehoord."
    elif at_home:
        yield "Let op: van een ander systeem hebben we een tijd niets gehoord. Vraag het na als u twijfelt."
    else:
        for name, heard in late.items():
            since = f"sinds {_moment(heard)}" if heard else "nog"
            yield f"Let op: van {name} hebben we {since} niets gehoord. Vraag het na als u twijfelt."


def _article(parts: Sequence[Shown], at: Occasion) -> str:
    first = parts[0].row
    what: What | None = first.of(WHAT)
    kind = _WHAT_IT_IS[what.modality] if what else ""
    lines = [
        "<article>",
        f"<h2>{escape(_words(first))}</h2>",
        *([f'<span class="kind">{kind}</span>'] if kind else []),
        "<ul>",
        *(f"<li>{escape(_who_and_when(one.row))}</li>" for one in parts),
        "</ul>",
        _details(parts, at),
        '<div class="room"><b>Gedaan, of iets te melden? Schrijf de datum en uw naam erbij.</b>',
        "<i></i>" * _ROOM + "</div>",
        "</article>",
    ]
    return "\n".join(lines)


def _words(row: Row) -> str:
    return str(getattr(row.of(WHAT), "text", "Afspraak"))


def _who_and_when(row: Row) -> str:
    who = row.word_for(row.duty.performer) if row.duty else "Nog niemand"
    when = _when(row)
    instead = row.of(row.own(UnitKind.BACKUP))
    backup = f" Kan dat niet? Dan {row.word_for(instead)}." if instead else ""
    return f"{who[:1].upper()}{who[1:]}{f': {when}' if when else ''}.{backup}"


def _when(row: Row) -> str:
    if row.duty is None:
        return ""
    schedule = row.duty.schedule
    since = f"vanaf {written_day(schedule.start)}" if schedule.start else ""
    until = f"tot en met {written_day(schedule.until)}" if schedule.until else ""
    return ", ".join(filter(None, (readable(schedule), since, until)))


def _details(parts: Sequence[Shown], at: Occasion) -> str:
    found = [(name, text) for name, text in _facts(parts, at) if text]
    inner = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in found)
    return f"<dl>{inner}</dl>" if inner else ""


def _facts(parts: Sequence[Shown], at: Occasion) -> Iterator[tuple[str, str]]:
    row = parts[0].row
    conditions: Conditions = row.of(CONDITIONS, Conditions())
    review: Review = row.of(REVIEW, Review())
    since = local_day(at.now)
    yield "Stand", _standing(row)
    yield "Waar", str(row.of(PLACE, ""))
    yield "Voorwaarden", conditions.text
    yield "Zo doet u het", conditions.instruction
    yield "Eerst", "laten voordoen" if conditions.instruction_required else ""
    yield "Vragen aan", _asked(parts)
    yield "Deze keer anders", "\n".join(text for one in parts for text in exceptions(one.row, since))
    yield "Gemeld", "\n".join(dict.fromkeys(text for one in parts for text in one.news))
    yield "Bespreken", written_day(review.next or review.due)


def _standing(row: Row) -> str:
    status = row.status
    if status.state is State.ACTIVE:
        return ""
    first = f" vanaf {written_day(status.paused_from)}" if status.paused_from else ""
    last = f" tot en met {written_day(status.paused_until)}" if status.paused_until else ""
    reason = f" ({status.reason})" if status.reason else ""
    return f"{STATES.get(status.state, '')}{first}{last}{reason}"


def _asked(parts: Sequence[Shown]) -> str:
    found = [one.row.of(one.row.own(UnitKind.RESPONSIBLE)) for one in parts]
    return ", ".join(sorted({one.row.word_for(ref) for one, ref in zip(parts, found, strict=True) if ref}))


def _footer(contact: str) -> str:
    to_whom = f" Geef het door: {escape(contact)}." if contact else " Geef het door aan het team."
    return (
        f"<footer>Klopt er iets niet?{to_whom}<br>Staat iets niet op dit blad? Dan is het hier niet bekend. "
        "Dat betekent niet dat het niet is afgesproken of niet is gedaan.</footer>"
    )


def _moment(at: datetime) -> str:
    local = at.astimezone(AMSTERDAM)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} uur"
