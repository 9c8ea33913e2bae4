"""``samenspraak today``: one day of a group or a person, and when we last heard of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, table
from samenspraak.cli._desk import DAY, desk, json_option, looker_option
from samenspraak.cli._help import Command
from samenspraak.cli._texts import Texts
from samenspraak.domain.agreements import Conditions
from samenspraak.domain.days import Involvement
from samenspraak.domain.parties import PartyRef
from samenspraak.services import looking
from samenspraak.services.access import at_the_hub
from samenspraak.services.day_sheet import Members, Moment, Standing, Today
from samenspraak.services.heard import Silence, System


@click.command(cls=Command)
@click.option("--group", metavar="PARTY", help="Of this group: all that is agreed with its clients.")
@click.option("--person", metavar="PARTY", help="Of this person, in all they are that day.")
@click.option("--day", type=DAY, help="Which day; today unless given.")
@looker_option
@json_option
@click.pass_obj
def command(asked: Asked, group: str | None, person: str | None, day: datetime | None, by: str) -> None:
    """Show one day: who does what, what was done, what is asked, and when each system was last heard."""
    if (group is None) == (person is None):
        raise click.UsageError("Say whose day: --group or --person.")
    at = desk(asked)
    wanted = day.date() if day else at.hub.today()
    who = at_the_hub(at.organisation, by)
    look, whose = (looking.show_day_of_group, group) if group else (looking.show_day_of_person, person)
    found = look(at.hub, at.organisation, by, str(whose), wanted, principal=who)
    answer(asked, {"today": found}, _lines(found, at.texts))


def _lines(found: Today, texts: Texts) -> Iterator[str]:
    day = f"{texts.weekday(found.day.weekday())} {found.day.isoformat()}"
    yield texts("today.heading", party=called(found.of, found.names), day=day, at=texts.moment(found.as_of))
    if found.members:
        yield _members(found, found.members, texts)
    if not found.agreements:
        yield texts("moment.none")
        return
    sheet = _Sheet(found, texts)
    yield from sheet.moments()
    yield from sheet.standing()
    yield from sheet.conditions()
    yield from sheet.questions()
    yield from sheet.systems()


def _members(found: Today, members: Members, texts: Texts) -> str:
    people = ", ".join(found.names.get(one, str(one)) for one in members.people)
    return texts("today.members", people=people) if people else texts("today.nobody")


class _Sheet:
    """The parts of a day, each a table under its headings."""

    def __init__(self, found: Today, texts: Texts) -> None:
        self._found = found
        self._texts = texts
        self._about = {one.id: one for one in found.agreements}

    def moments(self) -> list[str]:
        headings = ("when", "client", "what", "party", "as", "backup", "standing", "reported")
        return self._table(headings, (self._moment(one) for one in self._found.moments))

    def _moment(self, one: Moment) -> tuple[str, ...]:
        matter = self._about[one.agreement_id]
        return (
            self._when(one),
            self._name(matter.client),
            matter.what or "",
            self._name(one.performer),
            self._as(one.involved),
            self._name(one.backup),
            " ".join(filter(None, (self._texts.word("moment", one.state), one.reason))),
            self._reported(one),
        )

    def standing(self) -> Iterator[str]:
        if self._found.standing:
            yield self._texts("today.standing")
            headings = ("when", "client", "what", "party", "as", "backup", "standing", "reported")
            yield from self._table(headings, (self._rest(one) for one in self._found.standing))

    def _rest(self, one: Standing) -> tuple[str, ...]:
        matter = self._about[one.agreement_id]
        return (
            one.when or self._texts.word("undated", one.why),
            self._name(matter.client),
            matter.what or "",
            self._name(one.performer),
            self._as(one.involved),
            self._name(one.backup),
            self._texts.word("moment", one.state),
            self._unheard(one.unheard),
        )

    def conditions(self) -> Iterator[str]:
        known = [one for one in self._found.agreements if one.conditions]
        if known:
            yield self._texts("today.conditions")
        for one in known:
            yield f"{one.what or one.id}: {self._said(one.conditions)}"

    def _said(self, conditions: Conditions | None) -> str:
        if conditions is None:
            return ""
        required = self._texts("today.instruct") if conditions.instruction_required else ""
        return " ".join(filter(None, (conditions.text, conditions.instruction, required)))

    def questions(self) -> list[str]:
        rows = (
            (
                question.id,
                self._texts.word("question", question.kind),
                self._texts.word("cause", question.cause),
                one.what or "",
            )
            for one in self._found.agreements
            for question in one.questions
        )
        return self._table(("questions", "kind", "why", "what"), rows)

    def systems(self) -> list[str]:
        rows = (
            (self._system(one.id, one.title), self._texts.moment(one.heard_at), self._hearing(one))
            for one in self._found.systems
        )
        return self._table(("connection", "heard", "standing"), rows)

    # Words.

    def _table(self, headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
        return table([self._texts(one) for one in headings], rows)

    def _when(self, one: Moment) -> str:
        time = f"{one.at:%H:%M}" if one.at else ""
        time = time or (self._texts.word("value", one.part) if one.part else self._texts("today.sometime"))
        return time if one.day == self._found.day else f"{one.day.isoformat()} {time}"

    def _name(self, ref: PartyRef | None) -> str:
        return self._found.names.get(ref, str(ref)) if ref else ""

    def _as(self, involved: Iterable[Involvement]) -> str:
        return ", ".join(self._texts.word("involved", one) for one in involved)

    def _reported(self, one: Moment) -> str:
        result = self._texts.word("result", one.result)
        by = ", ".join(dict.fromkeys(self._name(said.by) for said in one.reports))
        return " ".join(filter(None, (result, by and f"({by})", self._unheard(one.unheard))))

    def _unheard(self, unheard: Iterable[Silence]) -> str:
        return " ".join(self._silence(one) for one in unheard)

    def _silence(self, one: Silence) -> str:
        system = self._system(one.system, one.title)
        if one.unreadable:
            return self._texts("today.unreadable", system=system)
        return self._texts("today.unheard", system=system, at=self._texts.moment(one.since))

    def _system(self, system_id: str, title: str) -> str:
        return title or system_id

    def _hearing(self, one: System) -> str:
        way = "by_hand" if one.by_hand else "out_of_reach" if one.out_of_reach else "heard"
        return self._texts.word("hearing", way)
