"""What the connector sends to Ons and what it understands of the answers, to the letter."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses

from samenspraak.connectors import End, Found, ProposalState, SetApart
from samenspraak.domain.agreements import Conditions, What
from samenspraak.domain.units import CONDITIONS, WHAT
from samenspraak.errors import (
    ConflictError,
    InvalidRecordError,
    NoTargetError,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from samenspraak_ons.sandbox.office import DEMAND

from .conftest import BOTH_MODES, DOSSIER, House, Line, line_to

BASE = "https://ons.example"
COOKING = {WHAT: What(text="Samen koken")}
MARK = "Kenmerk: urn:samenspraak:ag1..a1"


def plan(status: str, *actions: dict[str, Any], key: int = 55, demand: int = DEMAND) -> dict[str, Any]:
    """A plan as ONS-AE ``openapi/nedap-dossier-careplan-*`` shows it."""
    entry = {
        "id": 7,
        "carePlanId": key,
        "demandEntry": {"id": 8, "demandId": demand},
        "actionEntries": actions,
    }
    return {"id": key, "clientId": 123, "status": status, "carePlanEntries": [entry]}


def action(title: str, comment: str = "", *, key: int = 901, persistent: int = 77) -> dict[str, Any]:
    told = {"id": key, "carePlanEntryId": 7, "actionId": 31, "title": title, "comment": comment}
    return {**told, "carePlanPersistentActionId": persistent, "updatedAt": "2026-11-22T10:00:00.000+01:00"}


@pytest.fixture
def wire() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def far(wire: Any) -> Line:
    return line_to(BASE, user_name="samenspraak", active_identity="koppeling")


def listed(wire: Any, *plans: dict[str, Any]) -> None:
    wire.get(f"{BASE}{DOSSIER}/care_plans/by_client/123", json={"carePlans": list(plans)})


def sent(wire: Any, method: str) -> list[tuple[str, Any]]:
    return [
        (str(one.request.url).removeprefix(f"{BASE}{DOSSIER}"), json.loads(one.request.body or "null"))
        for one in wire.calls
        if one.request.method == method
    ]


class TestWhatIsSent:
    """ONS-AE ``openapi/nedap-dossier-actionentry-*``."""

    def test_a_new_agreement_is_an_action_under_the_chosen_entry_of_the_draft(
        self, wire: Any, far: Line
    ) -> None:
        listed(wire, plan("DRAFT"))
        wire.post(f"{BASE}{DOSSIER}/action_entries", json=action("Samen koken"))

        written = far.create(123, set=COOKING)

        given = {"carePlanEntryId": 7, "actionId": 31, "title": "Samen koken", "comment": MARK}
        assert sent(wire, "POST") == [("/action_entries", given)]
        assert written.waiting == "new/123/55/901/ag1..a1"
        assert wire.calls[-1].request.headers["X-Cupido-User-Name"] == "samenspraak"
        assert wire.calls[-1].request.headers["X-Cupido-Active-Identity"] == "koppeling"

    def test_a_change_sends_the_whole_action_with_only_our_lines_changed(self, wire: Any, far: Line) -> None:
        in_force = action("Samen wandelen", "Alleen bij droog weer.\nPlaats: tuin")
        draft = action("Samen wandelen", "Alleen met muts.\nPlaats: tuin", key=902)
        listed(wire, plan("ACTIVE", in_force, key=54), plan("DRAFT", draft))
        wire.put(f"{BASE}{DOSSIER}/action_entries/902", json=draft)

        written = far.change("123/77", set=COOKING)

        ((path, given),) = sent(wire, "PUT")
        assert path == "/action_entries/902"
        assert given == {
            "id": 902,
            "carePlanEntryId": 7,
            "actionId": 31,
            "carePlanPersistentActionId": 77,
            "title": "Samen koken",
            "comment": "Alleen met muts.\nPlaats: tuin",
        }
        assert str(written.waiting).startswith("change/123/55/77/titel=")

    def test_what_stands_in_the_draft_already_is_not_sent_again(self, wire: Any, far: Line) -> None:
        listed(wire, plan("ACTIVE", action("Samen wandelen"), key=54), plan("DRAFT", action("Samen koken")))
        first, second = (far.change("123/77", set=COOKING) for _ in range(2))
        assert first.waiting == second.waiting
        assert sent(wire, "PUT") == []

    def test_lines_that_a_nurse_works_on_wait_for_her(self, wire: Any, far: Line) -> None:
        listed(wire, plan("ACTIVE", action("Samen wandelen"), key=54), plan("DRAFT", action("Zwemmen")))
        assert far.change("123/77", set=COOKING).waiting == "busy/123/55"

    def test_without_a_draft_nothing_is_sent(self, wire: Any, far: Line) -> None:
        listed(wire, plan("ACTIVE", action("Samen wandelen"), key=54))
        assert far.create(123, set=COOKING).waiting == "open/123"
        assert far.change("123/77", set=COOKING).waiting == "open/123"
        assert {one.request.method for one in wire.calls} == {"GET"}

    def test_a_draft_without_a_place_for_agreements_is_something_to_do(self, wire: Any, far: Line) -> None:
        listed(wire, plan("DRAFT", demand=DEMAND + 1))
        with pytest.raises(NoTargetError):
            far.create(123, set=COOKING)

    def test_an_end_is_a_line_and_a_retraction_takes_our_action_out(self, wire: Any, far: Line) -> None:
        ours = action("Samen wandelen", MARK)
        listed(wire, plan("ACTIVE", ours, key=54), plan("DRAFT", ours))
        wire.delete(f"{BASE}{DOSSIER}/action_entries/901", status=204)
        found = far.found("123/77")

        written = far.connector.end(far.call, found, found.raw, End.RETRACTED)

        assert written.waiting == "remove/123/55/77"
        assert [path for path, _ in sent(wire, "DELETE")] == ["/action_entries/901"]

    def test_what_a_nurse_wrote_is_not_taken_out(self, wire: Any, far: Line) -> None:
        listed(wire, plan("ACTIVE", action("Samen wandelen"), key=54))
        found = far.found("123/77")
        with pytest.raises(PermanentError, match="written in the dossier itself"):
            far.connector.end(far.call, found, found.raw, End.RETRACTED)

    def test_paths_follow_the_settings(self, wire: Any) -> None:
        """ONS-AE ``lifecycle``: they moved in 2025, with six months' notice."""
        wire.get(f"{BASE}/v1/zorg/dossier/care_plans/by_client/123", json=[plan("ACTIVE", action("Koken"))])
        moved = line_to(BASE, paths={"administration": "v1/zorg"})
        assert moved.found("123/77").raw["title"] == "Koken"


class TestWhatIsUnderstood:
    """ONS-AE ``errors/nedap-problem-types.yml``."""

    @pytest.mark.parametrize(
        "body",
        [
            {"errorResponseEntries": [{"field": "comment", "value": "Geheime zin", "message": "too long"}]},
            {"type": "about:blank", "title": "…", "reasons": [{"code": "X", "pointer": "/comment"}]},
        ],
    )
    def test_both_envelopes_name_the_field_and_never_what_is_in_it(
        self, wire: Any, far: Line, body: Any
    ) -> None:
        listed(wire, plan("DRAFT"))
        wire.post(f"{BASE}{DOSSIER}/action_entries", json=body, status=400)
        with pytest.raises(InvalidRecordError) as refused:
            far.create(123, set=COOKING)
        assert refused.value.field == "comment"
        assert "Geheime" not in str(refused.value)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (403, PermanentError),
            (404, PermanentError),
            (409, ConflictError),
            (423, TransientError),
            (429, TransientError),
            (502, OutcomeUnknownError),
            (504, OutcomeUnknownError),
        ],
    )
    def test_a_status_says_what_to_do(self, wire: Any, far: Line, status: int, kind: type[Exception]) -> None:
        listed(wire, plan("DRAFT"))
        wire.post(f"{BASE}{DOSSIER}/action_entries", status=status)
        with pytest.raises(kind) as told:
            far.create(123, set=COOKING)
        assert isinstance(told.value, OutcomeUnknownError) == (kind is OutcomeUnknownError)

    def test_unknown_members_and_missing_ones_are_no_obstacle(self, wire: Any, far: Line) -> None:
        """ONS-DOC ``API_properties``: members are added without notice."""
        bare = {"id": 901, "actionId": 31, "carePlanPersistentActionId": 77, "title": "Koken", "nieuw": {}}
        listed(wire, {**plan("ACTIVE", bare), "nogNieuwer": []})
        assert far.units("123/77")[WHAT] == What(text="Koken")

    def test_an_action_without_a_lasting_number_is_set_apart_and_the_others_go_on(
        self, house: House, line: Line
    ) -> None:
        house.in_force("Samen wandelen", "Samen fietsen")
        plan = house.ons.plans.one(house.client, "ACTIVE")
        assert plan is not None
        del plan["carePlanEntries"][0]["actionEntries"][0]["carePlanPersistentActionId"]
        apart, found = (one for page in line.pages() for one in page.records)
        assert isinstance(apart, SetApart)
        assert apart.field == "carePlanPersistentActionId"
        assert isinstance(found, Found)

    @pytest.mark.parametrize("kind", [32, None])
    def test_other_actions_are_never_read(self, wire: Any, far: Line, kind: int | None) -> None:
        listed(wire, plan("ACTIVE", {**action("Medische handeling"), "actionId": kind}))
        assert type(far.connector.fetch(far.call, "123/77")).__name__ == "Absent"


class TestWhatBecameOfIt:
    """In both modes of the sandbox, with a nurse."""

    @BOTH_MODES
    def test_a_proposal_that_a_nurse_takes_out_of_the_open_draft_is_refused(
        self, house: House, line: Line
    ) -> None:
        house.ons.open_draft(house.client)
        written = line.create(house.client, set=COOKING)
        assert line.answer(written).state is ProposalState.WAITING

        draft = house.ons.plans.one(house.client, "DRAFT")
        assert draft is not None
        house.ons.plans.remove_action(draft["carePlanEntries"][0]["actionEntries"][0]["id"])

        assert line.answer(written).state is ProposalState.REFUSED

    @BOTH_MODES
    def test_one_that_was_accepted_two_plans_ago_was_accepted(self, house: House, line: Line) -> None:
        """The hub was away for a while."""
        (key,) = house.in_force("Samen wandelen")
        house.ons.open_draft(house.client)
        written = line.change(f"{house.client}/{key}", set=COOKING)
        house.ons.activate(house.client)
        house.ons.open_draft(house.client)
        house.ons.activate(house.client)
        assert line.answer(written).state is ProposalState.ACCEPTED

    @BOTH_MODES
    def test_taking_back_leaves_what_a_nurse_changed_since(self, house: House, line: Line) -> None:
        (key,) = house.in_force("Samen wandelen", comment="Alleen bij droog weer.")
        house.ons.open_draft(house.client)
        changed = {**COOKING, CONDITIONS: Conditions(text="Altijd.")}
        written = line.change(f"{house.client}/{key}", set=changed)
        house.ons.rewrite(house.client, key, comment="Nooit bij regen.")

        line.connector.withdraw(line.call, str(written.waiting))

        assert house.plan("DRAFT") == {"Samen wandelen": "Nooit bij regen."}

    def test_what_is_out_of_sight_is_waited_for(self, house: House, line: Line) -> None:
        house.ons.open_draft(house.client)
        written = line.create(house.client, set=COOKING)
        house.ons.close_file(house.client)
        assert line.answer(written).state is ProposalState.WAITING
