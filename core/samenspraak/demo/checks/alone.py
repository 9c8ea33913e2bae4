"""Somebody who has nobody: all of it is in the dossier, and nothing of it anywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.people import Person
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems


def only_the_dossier_knows(there: Systems, what: str, client: Person, following: date) -> Iterator[Seen]:
    found = seeing.plans(there.dossier, what)
    performers = {seeing.detail(one)["performer"][0]["reference"].partition("/")[0] for one in found}
    yield seeing.seen(
        there.dossier,
        performers == {"Patient", "CareTeam"},
        nl="In het dossier staan meneer zelf en het wijkteam als wie het doen.",
        en="The dossier names Mr Postma himself and the team as those who do it.",
    )
    plans = [json.dumps(one) for one in found]
    yield seeing.seen(
        there.dossier,
        len(plans) == 2 and all(f'"valueDate": "{following.isoformat()}"' in one for one in plans),
        nl="Daar staat ook wanneer het volgende gesprek is.",
        en="It also says when the next talk is.",
    )
    yield seeing.seen(
        there.platform,
        not seeing.threads(there.platform, what)
        and client.name not in {one["name"][0]["text"] for one in there.platform.resources("Patient")},
        nl="Op het familieplatform is er geen gesprek, en meneer bestaat daar niet.",
        en="On the family platform there is no thread, and Mr Postma does not exist there.",
    )
    for app in (there.app, there.other_app):
        yield seeing.seen(
            app,
            not seeing.record(app, what),
            nl="In de app staat er niets van.",
            en="The app shows none of it.",
        )
