"""Descriptions to try: the example with one thing changed, and one of an app where everything lies flat."""

from __future__ import annotations

from samenspraak_rest.kit import DESCRIPTION

FLAT = """
name = "Takenlijst"
readers = "everyone"
ids = "number"
absence = "complete_list"

[sign_in]
method = "header"
header = "X-Api-Key"

[paging]
method = "link"
next = "links.next"

[clients]
list = "clients"
id = "id"
name = "name"

[people]
list = "people"
id = "id"
name = "name"
clients = "client_id"
kind = "relative"

[records]
list = "tasks"
one = "tasks/{id}"
id = "id"
client = "client_id"
marker = "external_ref"

[removed]
at = "state"
is = "deleted"

[version]
header = "ETag"

[create]
path = "tasks"

[update]
path = "tasks/{id}"

[end]
method = "update"

[find]
list = "tasks"
parameter = "external_ref"

[units.what]
text = { at = "title", longest = 20 }
modality = { at = "type", words = { does = 1, may = 2, never = 3 } }

[units.life_domain]
at = "category"

[units.life_domain.words]
care = "care"
medication = "medicine"
meals = "home"
mobility = "care"
social = "fun"
household = "home"
transport = "fun"
administration = "other"

[units.status]
reason = "status_reason"
ended_on = "closed_on"
paused_from = "hold_from"
paused_until = "hold_until"

[units.status.state]
at = "status"

[units.status.state.words]
proposed = "draft"
active = "open"
paused = "on_hold"
ended = "closed"
withdrawn = "closed"
mistake = "closed"

[units.assignment]
rows = "people"
id = "ref"
performer = { at = "user_id", kind = "relative" }

[units.assignment.schedule]
text = "when"
start = { at = "from", format = "%d/%m/%Y" }
until = { at = "until", format = "%d/%m/%Y" }
"""


def changed(*changes: tuple[str, str]) -> str:
    """The example with each of these texts replaced by another.

    Raises:
        ValueError: a text is not there, or more than once.
    """
    text = DESCRIPTION
    for before, after in changes:
        if text.count(before) != 1:
            raise ValueError(f"{text.count(before)} times in the example: {before}")
        text = text.replace(before, after)
    return text
