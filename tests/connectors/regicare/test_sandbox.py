"""The imitated RegiCare behaves as far as anything public says, and otherwise as its docstring admits.

REGI-3P: GitHub ``South-Axis/Kansrijk-regicare-plugin`` @ ``83d32bb``; REGI-HELP: the vendor's help centre.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from samenspraak_regicare.sandbox import API_KEY, LOGIN_SECONDS, PATH, RegiCareSandbox, create

from .conftest import THURSDAYS, TODAY, Cooking, Peer, record_cooking

WINDOW = {"startDatumVanaf": "2026-11-23", "startDatumTot": "2026-12-13"}


class TestTheWire:
    """REGI-3P `regicare_api/Client.php`, `Auth.php`; the JSON-RPC 2.0 specification, sections 4 and 5."""

    def test_an_answer_carries_the_id_of_its_request(self, peer: Peer) -> None:
        answer = peer.send("authenticate")
        assert answer == {"jsonrpc": "2.0", "id": 2, "result": True}

    def test_only_post_is_answered(self, peer: Peer) -> None:
        assert requests.get(f"{peer.url}{PATH}", timeout=5).status_code == 405

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ([], -32600),
            ({"id": 1, "method": "login"}, -32600),
            ({"jsonrpc": "2.0", "id": 1, "method": "activiteitVerwijderen"}, -32601),
            ({"jsonrpc": "2.0", "id": 1, "method": "login", "params": ["positional"]}, -32602),
            ({"jsonrpc": "2.0", "id": 1, "method": "login", "params": {"apiKey": API_KEY}}, -32602),
        ],
    )
    def test_a_call_that_is_not_a_call_gets_a_json_rpc_error(self, peer: Peer, body: Any, code: int) -> None:
        assert peer.post(body).json()["error"]["code"] == code

    def test_a_refusal_is_a_result_with_an_error_code_and_status_200(self, peer: Peer) -> None:
        # REGI-3P `Auth.php` and `Authentication.php`: `result.error`, LOGIN_ERROR.
        answer = peer.send("login", gebruikersnaam="iemand", wachtwoord="anders")
        assert answer["result"] == {"error": "GEBRUIKERSACCOUNT_ONBEKEND"}
        assert "error" not in answer

    def test_every_call_needs_the_api_key(self, peer: Peer) -> None:
        assert peer.call("activiteitOverzicht", apiKey="anders") == {"error": "APIKEY_ONGELDIG"}

    def test_a_login_tells_name_key_and_role(self, peer: Peer) -> None:
        # REGI-3P `Auth.php::login` stores exactly these three.
        answer = peer.call("login", gebruikersnaam="samenspraak", wachtwoord="sandbox-wachtwoord")
        assert answer.keys() == {"naam", "loginKey", "rol"}


class TestLogin:
    def test_a_login_expires_and_can_be_renewed(self) -> None:
        clock = [0.0]
        sandbox = RegiCareSandbox(today=lambda: TODAY, now=lambda: clock[0])
        with sandbox.running() as url:
            peer = Peer(url)
            peer.login()
            clock[0] = LOGIN_SECONDS
            assert peer.call("authenticate") == {"error": "NIET_INGELOGD"}
            peer.login()
            assert peer.call("authenticate") is True

    def test_the_administrator_can_end_all_logins(self, sandbox: RegiCareSandbox, peer: Peer) -> None:
        sandbox.expire_logins()
        assert peer.call("activiteitOverzicht") == {"error": "NIET_INGELOGD"}

    def test_a_visitor_sees_published_activities_only(self, cooking: Cooking, peer: Peer) -> None:
        peer.login_key = None
        assert peer.call("activiteitOverzicht") == []
        assert peer.call("activiteitOverzichtAantal") == 0
        assert peer.call("activiteitInformatie", activiteitID=cooking.task) == {
            "error": "ACTIVITEIT_ID_ONGELDIG"
        }


class TestReading:
    def test_an_activity_shows_the_members_the_plugin_reads(self, cooking: Cooking, peer: Peer) -> None:
        # REGI-3P `src/ActivityShow.php`.
        (activity,) = peer.call("activiteitOverzicht", filter={"activiteittype": [281]})
        assert activity["omschrijving"] == "Samen koken"
        assert activity["dag"] == {"5": "Donderdag"}
        assert activity["interval"] == {"2": "Wekelijks"}
        assert (activity["startTijd"], activity["eindTijd"]) == ("16:00", "18:00")
        assert peer.call("activiteitInformatie", activiteitID=cooking.task) == activity

    def test_a_filter_narrows_list_and_count_alike(self, cooking: Cooking, peer: Peer) -> None:
        # REGI-3P `src/Activiteiten.php` filters on the ids of types; its test on `startDatumTot`.
        for wanted, expected in (
            ({"activiteittype": [280]}, 0),
            ({"startDatumTot": "2026-11-01"}, 0),
            ({}, 1),
        ):
            assert peer.call("activiteitOverzichtAantal", filter=wanted) == expected
            assert len(peer.call("activiteitOverzicht", filter=wanted)) == expected

    def test_lookups_in_a_filter_go_from_label_to_id(self, peer: Peer) -> None:
        # care-apis: "or the reverse in filters"; REGI-3P `src/ActivityShow.php`: Monday is 2.
        lookups = peer.call("activiteitFilter", volledig=True)
        assert lookups["activiteittype"]["Individuele inzet"] == 281
        assert lookups["dag"]["Maandag"] == 2
        assert lookups["werksoort"] == {"Vrijwilligerswerk": 1}
        assert "werksoort" not in peer.call("activiteitFilter", volledig=False)

    def test_a_standing_task_has_a_meeting_each_week(self, cooking: Cooking, peer: Peer) -> None:
        meetings = peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW)
        assert tuple(meeting["datum"] for meeting in meetings) == THURSDAYS
        assert peer.call("activiteitBijeenkomstOverzichtAantal", filter=WINDOW) == 3

    def test_a_placement_says_who_does_it_for_whom(self, cooking: Cooking, peer: Peer) -> None:
        (placement,) = peer.call("vacaturebankVacatureGeplaatst", werksoortID=1)
        assert placement["vrijwilliger"] == {str(cooking.volunteer): "Karim Aydin"}
        assert placement["hulpvrager"] == {str(cooking.client): "Riet van Houten"}
        assert placement["activiteitID"] == cooking.task

    @pytest.mark.parametrize(
        ("method", "params", "code"),
        [
            ("activiteitInformatie", {"activiteitID": 9}, "ACTIVITEIT_ID_ONGELDIG"),
            ("activiteitBijeenkomstInformatie", {"bijeenkomstID": "x"}, "BIJEENKOMST_ID_ONGELDIG"),
            ("vacaturebankVacatureGeplaatst", {"werksoortID": 9}, "WERKSOORT_ID_ONGELDIG"),
            ("profielPersoonGegevens", {"persoonID": 9}, "PERSOON_ID_ONGELDIG"),
        ],
    )
    def test_an_unknown_id_is_refused_by_name(
        self, peer: Peer, method: str, params: dict[str, Any], code: str
    ) -> None:
        assert peer.call(method, **params) == {"error": code}


class TestProposing:
    """REGI-HELP 80000950530: what outside systems register waits until staff approve or remove it."""

    def place(self, peer: Peer, task: int, remark: str) -> int:
        person = peer.call("profielGegevens")["persoonID"]
        details = {"persoonID": person, "opmerking": remark}
        answer = peer.call("activiteitInschrijvingPlaatsen", activiteitID=task, gegevens=details)
        return int(answer["inschrijvingID"])

    def status(self, peer: Peer) -> list[dict[str, str]]:
        return [found["status"] for found in peer.call("activiteitIngeschreven")]

    def test_a_registration_changes_nothing_until_staff_approve(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        key = self.place(peer, cooking.task, "Tijd: 15:00 - 17:00")
        assert self.status(peer) == [{"1": "Nieuw"}]
        assert peer.call("activiteitInformatie", activiteitID=cooking.task)["startTijd"] == "16:00"
        sandbox.office.approve(inschrijvingID=key, changes={"start": "15:00", "end": "17:00"})
        assert self.status(peer) == [{"3": "Ingeschreven"}]
        assert peer.call("activiteitInformatie", activiteitID=cooking.task)["startTijd"] == "15:00"

    def test_a_refused_registration_stays_listed_as_removed(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        key = self.place(peer, cooking.task, "Tijd: 15:00 - 17:00")
        sandbox.office.refuse(inschrijvingID=key, reason="Kan niet op die tijd.")
        assert self.status(peer) == [{"4": "Verwijderd"}]
        annulled = peer.call("activiteitInschrijvingAnnuleren", inschrijvingID=key)
        assert annulled == {"error": "INSCHRIJVING_STATUS_ONGELDIG"}

    def test_a_registration_can_be_taken_back_and_is_then_gone(self, cooking: Cooking, peer: Peer) -> None:
        key = self.place(peer, cooking.task, "Tijd: 15:00 - 17:00")
        assert peer.call("activiteitInschrijvingAnnuleren", inschrijvingID=key) is True
        assert peer.call("activiteitIngeschreven") == []
        assert peer.call("activiteitInschrijvingAnnuleren", inschrijvingID=key) == {
            "error": "INSCHRIJVING_ID_ONGELDIG"
        }

    def test_an_approved_application_names_the_activity_it_became(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        vacancy = sandbox.office.open_vacancy(what="Afspraken uit het dossier")["vacatureID"]
        key = peer.call(
            "vacaturebankVacatureInschrijvingPlaatsen",
            werksoortID=1,
            vacatureID=vacancy,
            gegevens={"persoonID": cooking.volunteer, "opmerking": "Kenmerk: urn:samenspraak:a1"},
        )["inschrijvingID"]
        assert sandbox.live() == {"a1": 1}
        made = sandbox.office.approve(
            inschrijvingID=key,
            task={
                "volunteer": cooking.volunteer,
                "client": cooking.client,
                "what": "Wandelen",
                "start": "10:00",
                "end": "11:00",
                "from_date": "2026-12-01",
            },
        )
        (application,) = peer.call("vacaturebankVacatureIngeschreven", werksoortID=1)
        assert application["geplaatstActiviteitID"] == made["activiteitID"]
        assert sandbox.live() == {"a1": 1}

    def test_the_same_marker_twice_shows_as_a_double(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        for _ in range(2):
            self.place(peer, cooking.task, "Kenmerk: urn:samenspraak:voorstel:1")
        assert sandbox.live() == {"voorstel:1": 2}

    def test_a_person_who_is_not_on_record_cannot_be_registered(self, cooking: Cooking, peer: Peer) -> None:
        answer = peer.call(
            "activiteitInschrijvingPlaatsen", activiteitID=cooking.task, gegevens={"persoonID": 9}
        )
        assert answer == {"error": "PERSOON_ID_ONGELDIG"}

    def test_a_visitor_must_give_a_name(self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer) -> None:
        sandbox.office.change_task(activiteitID=cooking.task, published=True)
        peer.login_key = None
        place = {"activiteitID": cooking.task}
        nameless = peer.call("activiteitInschrijvingAnoniem", **place, gegevens={"achternaam": "Mulder"})
        assert nameless == {"error": "FORMDATAMISSING"}
        named = {"roepnaam": "Els", "achternaam": "Mulder"}
        assert "inschrijvingID" in peer.call("activiteitInschrijvingAnoniem", **place, gegevens=named)


class TestActs:
    def test_a_cancelled_meeting_stays_with_another_status(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        sandbox.office.cancel_meeting(activiteitID=cooking.task, day=THURSDAYS[0], reason="Verhinderd")
        first, second, _ = peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW)
        assert (first["status"], first["toelichting"]) == ({"2": "Geannuleerd"}, "Verhinderd")
        assert second["status"] == {"1": "Gepland"}
        sandbox.office.restore_meeting(activiteitID=cooking.task, day=THURSDAYS[0])
        first, *_ = peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW)
        assert (first["status"], first["toelichting"]) == ({"1": "Gepland"}, None)

    def test_another_day_plans_the_coming_meetings_anew(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        sandbox.office.change_task(activiteitID=cooking.task, day="Vrijdag", start="15:00")
        meetings = peer.call("activiteitBijeenkomstOverzicht", filter={"startDatumTot": "2026-12-05"})
        past, coming = meetings[:3], meetings[3:]
        assert [meeting["datum"] for meeting in past] == ["2026-11-05", "2026-11-12", "2026-11-19"]
        assert [meeting["datum"] for meeting in coming] == ["2026-11-27", "2026-12-04"]
        assert {meeting["startTijd"] for meeting in coming} == {"15:00"}

    def test_a_moved_meeting_keeps_its_id(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        before, *_ = peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW)
        sandbox.office.move_meeting(activiteitID=cooking.task, day=THURSDAYS[0], to_day="2026-11-27")
        after = peer.call("activiteitBijeenkomstInformatie", bijeenkomstID=before["bijeenkomstID"])
        assert (before["datum"], after["datum"]) == (THURSDAYS[0], "2026-11-27")

    def test_an_ended_task_keeps_its_reason_and_loses_later_meetings(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        sandbox.office.end_task(
            activiteitID=cooking.task, last_day=THURSDAYS[0], reason="Vrijwilliger gestopt"
        )
        (placement,) = peer.call("vacaturebankVacatureGeplaatst", werksoortID=1)
        assert placement["status"] == {"2": "Beëindigd"}
        assert placement["redenEinde"] == {"2": "Vrijwilliger gestopt"}
        meetings = peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW)
        assert [meeting["datum"] for meeting in meetings] == [THURSDAYS[0]]

    def test_a_removed_task_is_gone_from_every_list(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        sandbox.office.remove_task(activiteitID=cooking.task)
        assert peer.call("activiteitOverzicht") == []
        assert peer.call("activiteitBijeenkomstOverzicht") == []
        assert peer.call("vacaturebankVacatureGeplaatst", werksoortID=1) == []

    def test_a_task_every_other_week_skips_one(self, sandbox: RegiCareSandbox, cooking: Cooking) -> None:
        task = sandbox.office.change_task(activiteitID=cooking.task, interval="Tweewekelijks")
        days = [
            meeting.day.isoformat()
            for meeting in sandbox.office.meetings.values()
            if meeting.activiteit_id == task["activiteitID"] and meeting.day.isoformat() <= "2026-12-20"
        ]
        assert days == ["2026-11-05", "2026-11-12", "2026-11-19", "2026-12-03", "2026-12-17"]

    def test_the_acts_can_be_done_over_http(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        act = {"act": "cancel_meeting", "activiteitID": cooking.task, "day": THURSDAYS[0]}
        answer = requests.post(f"{peer.url}/_sandbox/act", json=act, timeout=5)
        assert answer.json().keys() == {"bijeenkomstID"}


class TestAVacancy:
    """REGI-HELP 80000950782: volunteers are matched with vacancies; that staff place them, 80000950541."""

    def test_a_vacancy_is_open_to_visitors_and_names_nobody(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        vacancy, _ = self.sought(sandbox, cooking)
        peer.login_key = None
        (shown,) = peer.call("vacaturebankVacatureOverzicht", werksoortID=1)
        assert (shown["vacatureID"], shown["omschrijving"]) == (vacancy, "Wandelen")
        assert "Riet" not in str(shown)

    def test_who_registers_is_placed_by_staff_and_the_application_names_the_task(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        vacancy, key = self.sought(sandbox, cooking)
        response = sandbox.office.respond(vacatureID=vacancy, volunteer=cooking.volunteer)
        assert [one["status"] for one in self.listed(peer)] == [{"2": "Openstaand"}, {"1": "Nieuw"}]
        made = sandbox.place(**response)
        assert [one["status"] for one in self.listed(peer)] == [{"3": "Ingeschreven"}] * 2
        ours = next(one for one in self.listed(peer) if one["inschrijvingID"] == key)
        assert ours["geplaatstActiviteitID"] == made["activiteitID"]
        placed = peer.call("vacaturebankVacatureGeplaatst", werksoortID=1)[-1]
        assert placed["vrijwilliger"] == {str(cooking.volunteer): "Karim Aydin"}

    def sought(self, sandbox: RegiCareSandbox, cooking: Cooking) -> tuple[int, int]:
        remark = f"- Cliënt: Riet (persoon {cooking.client})\n- Titel: Wandelen\n- Tijd: 10:00 - 11:00"
        desk = sandbox.office.open_vacancy(what="Afspraken uit het dossier")["vacatureID"]
        person = sandbox.account
        key = sandbox.office.register(
            target="vacature", target_id=desk, account=person, person=person, remark=remark
        )["inschrijvingID"]
        return sandbox.seek(inschrijvingID=key)["vacatureID"], key

    def listed(self, peer: Peer) -> list[Any]:
        answer = peer.call("vacaturebankVacatureIngeschreven", werksoortID=1)
        assert isinstance(answer, list)
        return answer


class TestWhoReads:
    def test_a_volunteer_reads_the_own_task_and_staff_read_the_proposals(
        self, sandbox: RegiCareSandbox, cooking: Cooking
    ) -> None:
        other = sandbox.office.add_person(role="vrijwilliger", roepnaam="Bo", achternaam="Smit")["persoonID"]
        sandbox.office.register(
            target="activiteit",
            target_id=cooking.task,
            account=sandbox.account,
            person=sandbox.account,
            remark="Tijd: 15:00",
        )
        assert "Samen koken" in sandbox.readable(str(cooking.volunteer))
        assert "Tijd: 15:00" not in sandbox.readable(str(cooking.volunteer))
        assert "Tijd: 15:00" in sandbox.readable(str(sandbox.account))
        assert sandbox.readable(str(other)) == sandbox.readable(str(cooking.client)) == []


class TestTheLog:
    def test_a_reading_call_is_no_write_although_it_is_a_post(
        self, sandbox: RegiCareSandbox, cooking: Cooking, peer: Peer
    ) -> None:
        peer.call("activiteitOverzicht")
        peer.call("activiteitInschrijvingPlaatsen", activiteitID=cooking.task, gegevens={"persoonID": 9})
        paths = [seen.path for seen in sandbox.seen()]
        assert paths == [
            f"{PATH}/login",
            f"{PATH}/activiteitOverzicht",
            f"{PATH}/activiteitInschrijvingPlaatsen",
        ]
        assert [seen.path for seen in sandbox.writes()] == paths[2:]


class TestQuirks:
    def test_lists_change_their_order_and_numbers_are_text(
        self, quirky: RegiCareSandbox, quirky_peer: Peer
    ) -> None:
        record_cooking(quirky)
        first, second = (quirky_peer.call("activiteitBijeenkomstOverzicht", filter=WINDOW) for _ in range(2))
        assert [m["bijeenkomstID"] for m in first] != [m["bijeenkomstID"] for m in second]
        assert {m["bijeenkomstID"] for m in first} == {m["bijeenkomstID"] for m in second}
        assert quirky_peer.call("activiteitBijeenkomstOverzichtAantal", filter=WINDOW) == "3"

    def test_labels_times_and_members_come_otherwise(
        self, quirky: RegiCareSandbox, quirky_peer: Peer
    ) -> None:
        record_cooking(quirky)
        (activity,) = quirky_peer.call("activiteitOverzicht")
        assert activity["dag"] == {"5": " donderdag "}
        assert activity["startTijd"] == "16:00:00"
        assert activity["ruimte"] == []
        assert "vrijkenmerk06" in activity

    def test_tables_of_a_filter_go_the_other_way(self, quirky_peer: Peer) -> None:
        # care-apis §4.1: `{ "<id>": "<label>" }` or the reverse in filters.
        assert quirky_peer.call("activiteitFilter")["activiteittype"]["280"] == " Cursus "

    def test_an_expired_login_silently_gets_the_list_of_visitors(
        self, quirky: RegiCareSandbox, quirky_peer: Peer
    ) -> None:
        record_cooking(quirky)
        quirky.expire_logins()
        assert quirky_peer.call("activiteitOverzicht") == []
        assert quirky_peer.call("activiteitOverzichtAantal") == "0"
        assert quirky_peer.call("authenticate") == {"error": "NIET_INGELOGD"}


def test_the_sandbox_is_found_by_convention() -> None:
    assert create("quirky").mode == "quirky"
