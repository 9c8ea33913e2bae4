"""The imitated Ons does what the public documents say; each test names its source.

ONS-AE is GitHub ``api-evangelist/nedap`` (`908be13`, `fb6674d`, `141d76e`; read 2026-11-22), ONS-DOC the
pages of ``ons-api.nl`` it was made from.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from samenspraak.sandbox import Fault
from samenspraak_ons.sandbox import OnsSandbox
from samenspraak_ons.sandbox.office import AGREEMENT_ACTION, PLAIN_ACTION

from .conftest import BOTH_MODES, DOSSIER, House, Peer, eventually

UUID = "abca58ed-0138-4aec-87c6-5d391e98161b"


class TestConventions:
    """ONS-AE ``conventions``, ``rate-limits``, ``errors``; ONS-DOC ``API_properties``."""

    def test_a_ping_is_answered_and_one_for_another_environment_is_not(self, peer: Peer) -> None:
        assert peer.send("GET", "/ping").status_code == 200
        assert peer.send("GET", "/andere-omgeving/ping").status_code == 403

    def test_only_json_is_spoken(self, peer: Peer, house: House) -> None:
        path = f"{DOSSIER}/care_plans/by_client/{house.client}"
        assert peer.send("GET", path, headers={"Accept": "application/xml"}).status_code == 406

    def test_no_answer_carries_a_version(self, peer: Peer, house: House) -> None:
        house.in_force("Samen wandelen")
        answer = peer.send("GET", f"{DOSSIER}/care_plans/by_client/{house.client}")
        assert "ETag" not in answer.headers

    def test_five_requests_at_a_time_are_one_too_many(self, ons: OnsSandbox, peer: Peer) -> None:
        ons.inject(Fault(kind="hold", times=4))
        with ThreadPoolExecutor(4) as pool:
            held = [pool.submit(peer.send, "GET", "/ping") for _ in range(4)]
            eventually(lambda: ons._held == 4)
            fifth = peer.send("GET", "/ping")
            ons.clear_faults()
        assert [one.result().status_code for one in held] == [200] * 4
        assert (fifth.status_code, fifth.headers.get("Retry-After")) == (429, None)

    def test_an_error_names_the_field(self, peer: Peer) -> None:
        answer = peer.send("POST", "/v0/agenda/agenda_series", json={"name": "fysio"})
        assert answer.status_code == 400
        assert answer.json()["errorResponseEntries"][0]["field"] == "validFrom"

    def test_a_client_nobody_shows_us_is_not_found(self, ons: OnsSandbox, peer: Peer, house: House) -> None:
        path = f"{DOSSIER}/care_plans/by_client/{house.client}"
        assert peer.send("GET", path).status_code == 200
        ons.close_file(house.client)
        assert peer.send("GET", path).status_code == 404


class TestStreams:
    """ONS-AE ``lifecycle/nedap-ons-api-migration-2025.csv``, ``openapi/nedap-client-*``."""

    def test_a_stream_is_one_object_a_line_or_a_list_as_it_is_asked(self, peer: Peer, house: House) -> None:
        lines = peer.send("GET", "/v0/xstream/clients/data", headers={"Accept": "application/x-ndjson"})
        assert [json.loads(line)["id"] for line in lines.text.splitlines()] == [house.client]
        assert [one["id"] for one in peer.get("/v0/xstream/clients/data")["clients"]] == [house.client]

    def test_updates_need_a_moment_without_an_offset(self, peer: Peer, house: House) -> None:
        path = "/v0/xstream/relations/updates"
        assert peer.send("GET", path).status_code == 400
        assert peer.send("GET", path, params={"since": "2014-12-29T00:00:00Z"}).status_code == 400
        found = peer.get(path, since="2014-12-29T00:00:00.000")["clientContactRelations"]
        assert [one["clientObjectId"] for one in found] == [house.client]
        assert peer.get(path, since="2090-12-29T00:00:00.000")["clientContactRelations"] == []

    def test_relations_have_no_stream_of_deletes_and_plans_have_none_at_all(self, peer: Peer) -> None:
        for path in ("relations/deletes", "care_plans/data", "agenda/updates"):
            assert peer.send("GET", f"/v0/xstream/{path}").status_code == 404

    def test_clients_in_care_come_ten_at_a_time_unless_asked_otherwise(
        self, ons: OnsSandbox, peer: Peer
    ) -> None:
        for number in range(12):
            ons.admit("Client", str(number))
        path = "/v0/administration/clients/ids_in_care_in_period"
        first, rest = peer.get(path), peer.get(path, limit=10, offset=10)
        assert (len(first["clientObjectIds"]), len(rest["clientObjectIds"])) == (10, 2)


class TestPlans:
    """ONS-AE ``openapi/nedap-dossier-careplan-*``, ``-careplanentry-*``, ``-actionentry-*``."""

    def test_there_is_one_draft_at_most_and_it_starts_as_the_plan_in_force(
        self, peer: Peer, house: House
    ) -> None:
        (persistent,) = house.in_force("Samen wandelen")
        draft = peer.send("POST", f"{DOSSIER}/care_plans/by_client/{house.client}/new").json()
        again = peer.send("POST", f"{DOSSIER}/care_plans/by_client/{house.client}/new")
        (action,) = draft["carePlanEntries"][0]["actionEntries"]
        assert (draft["status"], again.status_code) == ("DRAFT", 400)
        assert (action["title"], action["carePlanPersistentActionId"]) == ("Samen wandelen", persistent)

    def test_activating_replaces_the_plan_in_force(self, peer: Peer, house: House) -> None:
        house.in_force("Samen wandelen")
        draft = house.ons.open_draft(house.client)
        house.ons.write_action(house.client, "Samen fietsen")
        assert peer.send("POST", f"{DOSSIER}/care_plans/{draft['id']}/activate").json()["status"] == "ACTIVE"
        listed = peer.get(f"{DOSSIER}/care_plans/by_client/{house.client}")["carePlans"]
        assert [one["status"] for one in listed] == ["OLD", "ACTIVE"]
        assert list(house.plan()) == ["Samen wandelen", "Samen fietsen"]

    def test_only_a_draft_is_changed(self, peer: Peer, house: House) -> None:
        house.in_force("Samen wandelen")
        plan = house.ons.plans.one(house.client, "ACTIVE")
        assert plan is not None
        entry = plan["carePlanEntries"][0]
        path = f"{DOSSIER}/action_entries"
        given = {"carePlanEntryId": entry["id"], "actionId": AGREEMENT_ACTION, "title": "Samen fietsen"}
        there = f"{path}/{entry['actionEntries'][0]['id']}"
        for answer in (
            peer.send("POST", path, json=given),
            peer.send("PUT", there, json=given),
            peer.send("DELETE", there),
        ):
            assert answer.status_code == 400
        assert list(house.plan()) == ["Samen wandelen"]

    def test_an_action_of_a_draft_is_made_changed_and_taken_out(self, peer: Peer, house: House) -> None:
        entry = house.ons.open_draft(house.client)["carePlanEntries"][0]
        given = {"carePlanEntryId": entry["id"], "actionId": AGREEMENT_ACTION, "title": "Samen fietsen"}
        made = peer.send("POST", f"{DOSSIER}/action_entries", json=given).json()
        there = f"{DOSSIER}/action_entries/{made['id']}"
        changed = peer.send("PUT", there, json={**made, "comment": "Met helm"}).json()
        assert (made["title"], changed["comment"]) == ("Samen fietsen", "Met helm")
        assert peer.send("DELETE", there).status_code == 204
        assert house.plan("DRAFT") == {}

    def test_a_discarded_draft_is_gone_and_the_plan_in_force_stays(self, peer: Peer, house: House) -> None:
        house.in_force("Samen wandelen")
        draft = house.ons.open_draft(house.client)
        assert peer.send("DELETE", f"{DOSSIER}/care_plans/{draft['id']}").status_code == 204
        assert peer.send("GET", f"{DOSSIER}/care_plans/{draft['id']}").status_code == 404
        assert list(house.plan()) == ["Samen wandelen"]

    def test_the_catalogue_says_which_action_takes_a_title_of_its_own(self, peer: Peer) -> None:
        allowed = {
            key: peer.get(f"{DOSSIER}/actions/{key}")["allowTitleOverride"]
            for key in (AGREEMENT_ACTION, PLAIN_ACTION)
        }
        assert allowed == {AGREEMENT_ACTION: True, PLAIN_ACTION: False}


class TestCalendar:
    """ONS-AE ``openapi/nedap-agenda-*``, ``nedap-tasque-*``."""

    def series(self, house: House, **members: object) -> dict[str, object]:
        return {
            "uuid": UUID,
            "name": "fysio",
            "validFrom": "2026-11-23",
            "validTo": "2026-12-14",
            "startTime": "08:10:00.000",
            "endTime": "08:20:00.000",
            "recurrenceType": "weekly",
            "cycleInterval": 1,
            "monday": True,
            "agendaInvitations": [{"clientId": house.client}],
            **members,
        }

    def listed(self, peer: Peer, house: House) -> list[str]:
        path = f"/v0/agenda/clients/{house.client}/agenda_occurrences"
        params = {"from": "2026-11-01", "to": "2026-12-31"}
        return [one["occurrenceDate"] for one in peer.get(path, **params)["agendaOccurrences"]]

    def test_a_series_occurs_until_the_day_it_ends(self, peer: Peer, house: House) -> None:
        peer.send("POST", "/v0/agenda/agenda_series", json=self.series(house))
        assert self.listed(peer, house) == ["2026-11-23", "2026-11-30", "2026-12-07"]

    @pytest.mark.parametrize(("mode", "status"), [("strict", 422), ("quirky", 409)])
    def test_a_uuid_is_used_once(self, peer: Peer, house: House, status: int) -> None:
        peer.send("POST", "/v0/agenda/agenda_series", json=self.series(house))
        assert peer.send("POST", "/v0/agenda/agenda_series", json=self.series(house)).status_code == status
        assert len(house.ons.agenda.series) == 1

    def test_an_occurrence_is_taken_out_alone_or_with_all_that_follow(self, peer: Peer, house: House) -> None:
        made = peer.send("POST", "/v0/agenda/agenda_series", json=self.series(house)).json()
        house.ons.cancel(f"{made['id']}@2026-11-30")
        assert self.listed(peer, house) == ["2026-11-23", "2026-12-07"]
        path = f"/v0/agenda/agenda_occurrences/{made['id']}@2026-12-07/destroy_following"
        assert peer.send("DELETE", path, json={}).status_code == 204
        assert self.listed(peer, house) == ["2026-11-23"]

    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ({"recurrenceType": "daily", "cycleInterval": 10}, ["2026-11-23", "2026-12-03", "2026-12-13"]),
            ({"cycleInterval": 2}, ["2026-11-23", "2026-12-07"]),
            ({"recurrenceType": "single"}, ["2026-11-23"]),
        ],
    )
    def test_a_series_comes_back_by_its_cycle(
        self, peer: Peer, house: House, rule: dict[str, object], days: list[str]
    ) -> None:
        peer.send("POST", "/v0/agenda/agenda_series", json=self.series(house, **rule))
        assert self.listed(peer, house) == days

    def test_tasks_are_found_by_what_they_are_about(self, peer: Peer, house: House) -> None:
        today = date(2026, 11, 23)
        given = {
            "uuid": UUID,
            "name": "Renew care plan",
            "subType": "care_plan_base_renew",
            "subTypeId": "12",
            "validFrom": today.isoformat(),
            "validTo": (today + timedelta(days=7)).isoformat(),
            "subject": {"clientId": house.client},
        }
        peer.send("POST", "/v0/taken/care_task_series", json=given)
        path = f"/v0/taken/clients/{house.client}/care_task_occurrences/by_sub_type"
        found = peer.get(path, sub_type_query="care_plan_", sub_type_id="12")["careTaskOccurrences"]
        assert [one["name"] for one in found] == ["Renew care plan"]
        assert peer.get(path, sub_type_query="care_plan_", sub_type_id="13")["careTaskOccurrences"] == []


class TestWhatTheBookLeavesOpen:
    """Each quirk is something no public document says."""

    @pytest.mark.parametrize("mode", ["quirky"])
    def test_plans_may_come_without_what_is_in_them_and_lists_without_a_name(
        self, peer: Peer, house: House
    ) -> None:
        house.in_force("Samen wandelen")
        (plan,) = peer.get(f"{DOSSIER}/care_plans/by_client/{house.client}")
        assert "carePlanEntries" not in plan
        (entry,) = peer.get(f"{DOSSIER}/care_plans/{plan['id']}/entries")
        assert "actionEntries" not in entry
        (action,) = peer.get(f"{DOSSIER}/care_plan_entries/{entry['id']}/action_entries")
        assert action["title"] == "Samen wandelen"

    @BOTH_MODES
    def test_staff_read_what_is_in_force_and_in_draft_and_nobody_else_signs_in(self, house: House) -> None:
        house.in_force("Samen wandelen")
        house.ons.open_draft(house.client)
        house.ons.write_action(house.client, "Samen fietsen")
        read = house.ons.readable(f"employee/{house.nurse}")
        assert {"Samen wandelen", "Samen fietsen"} <= set(read)
        assert house.ons.readable(f"relation/{house.son}") == []
