"""What the members of a description may each say by themselves, and not together."""

from __future__ import annotations

from collections.abc import Iterator

from samenspraak.connectors import Absence
from samenspraak.domain.units import UnitKind
from samenspraak_rest.computed import MARK
from samenspraak_rest.description import BY_NUMBER, Answers, Description, Paging, SignIn
from samenspraak_rest.lines import Where
from samenspraak_rest.members import WrongError

Rule = tuple[Where, bool, str, str]
"""Where, whether it is broken, and what to say then, in Dutch and English."""

_ASKS: frozenset[Paging | SignIn] = frozenset(Paging) - {Paging.NONE, Paging.LINK}
"""The next page is asked for by a parameter."""


def contradictions(one: Description) -> Iterator[tuple[Where, WrongError]]:
    for rules in (_lacking, _reading, _writing):
        for where, is_wrong, nl, en in rules(one):
            if is_wrong:
                yield where, WrongError(nl=nl, en=en)


def _lacking(one: Description) -> Iterator[Rule]:
    """What a method needs beside itself."""
    paging, sign_in = one.paging, one.sign_in
    needs: tuple[tuple[Where, object, Paging | SignIn, frozenset[Paging | SignIn]], ...] = (
        (("paging", "parameter"), paging.parameter, paging.method, _ASKS),
        (("paging", "next"), paging.next, paging.method, frozenset({Paging.LINK, Paging.CURSOR})),
        (("paging", "size"), paging.size, paging.method, frozenset({Paging.OFFSET})),
        (("sign_in", "header"), sign_in.header, sign_in.method, frozenset({SignIn.HEADER})),
        (("sign_in", "token"), sign_in.token, sign_in.method, frozenset({SignIn.CLIENT_CREDENTIALS})),
    )
    for where, value, method, methods in needs:
        yield (
            where,
            method in methods and value is None,
            f'dit moet er staan bij method = "{method}"',
            f'this must be there with method = "{method}"',
        )


def _reading(one: Description) -> Iterator[Rule]:
    paging, version = one.paging, one.version
    yield (
        ("absence",),
        one.absence is Absence.COMPLETE_LIST and (paging.method in BY_NUMBER or one.changes is not None),
        "een lijst per bladzijdenummer, of van wat veranderde, bewijst niet dat iets weg is",
        "a list by page number, or of what changed, does not prove that something is gone",
    )
    yield (
        ("changes", "at"),
        one.changes is not None and (one.changes.from_ == "page") != (one.changes.at is not None),
        'hier hoort een plaats bij from = "page", en niets bij from = "date"',
        'a place belongs here with from = "page", and nothing with from = "date"',
    )
    yield (
        ("version",),
        version is not None and version.at is None and version.header is None,
        "noem at of header",
        "name at or header",
    )
    for name in one.records.only:
        yield (
            ("records", "only", name),
            name.startswith(MARK) and name.removeprefix(MARK) not in one.computed,
            "dit staat niet in [computed]",
            "this is not in [computed]",
        )
    for kind in (UnitKind.WHAT, UnitKind.ASSIGNMENT):
        yield (
            ("units", str(kind)),
            kind not in one.units.lens.table,
            "een afspraak zegt ten minste wat, en wie",
            "an agreement says at least what, and who",
        )


def _writing(one: Description) -> Iterator[Rule]:
    end = one.end
    yield (
        ("update",),
        (one.create is None) != (one.update is None),
        "create en update horen bij elkaar",
        "create and update belong together",
    )
    yield (
        ("end",),
        (one.create is None) != (end is None),
        "create en end horen bij elkaar: wat wij laten zien, moet weer weg kunnen",
        "create and end belong together: what we show must be taken away again when asked",
    )
    yield (
        ("end", "path"),
        end is not None and (end.method == "update") != (end.path is None),
        'hier hoort een pad, behalve bij method = "update"',
        'a path belongs here, except with method = "update"',
    )
    yield (
        ("end", "set"),
        end is not None and end.method == "update" and one.removed is None,
        'bij method = "update" moet [removed] zeggen waaraan te zien is dat iets weg is',
        'with method = "update", [removed] must say how to see that something is gone',
    )
    yield (
        ("find",),
        one.create is not None and one.create.answers is not Answers.RECORD and one.find is None,
        "zonder het hele antwoord moet een record terug te vinden zijn",
        "without the whole answer a record must be found again",
    )
