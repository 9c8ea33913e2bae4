"""The daily work on the command line: exchange, explain, match, answer, consent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.errors import ConfigurationError, StaleError
from samenspraak.sandbox import Fault
from samenspraak.work.embedded import OneRunner


@pytest.fixture
def asked(family: Any) -> Any:
    """The son and the daughter changed the time at once: one question is open."""
    agreement = family.agreements()[0].id
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", agreement, "a1", ["09:00"])
    family.settle()
    return family


# status and sync run


def test_status_says_that_all_is_equal(line: Any, family: Any) -> None:
    found = line.json("status")

    assert {one["id"]: one["links"] for one in found["systems"]} == {
        "app-a": {"equal": 1},
        "app-b": {"equal": 1},
    }
    assert (found["converged"], found["needs_a_person"]) == (True, False)
    assert "Alles is bijgewerkt." in line.text("status")


def test_status_asks_for_attention_while_a_question_is_open(line: Any, asked: Any) -> None:
    found = line.json("status", code=3)

    assert (found["questions"], found["needs_a_person"]) == ({"conflict": 1}, True)
    assert "Dit vraagt aandacht van u." in line.text("status", code=3)


def test_one_exchange_brings_a_change_everywhere(line: Any, family: Any) -> None:
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    done = line.json("sync", "run")

    assert {one["connector_id"]: one["pulled"]["changed"] for one in done["heard"]} == {
        "app-a": 1,
        "app-b": 0,
    }
    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")
    assert set(line.json("sync", "run")["worked"].values()) == {0}


def test_a_plan_is_shown_saved_and_done_as_it_was_shown(line: Any, family: Any, tmp_path: Path) -> None:
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    file = str(tmp_path / "plan.json")
    shown = line.text("sync", "plan", "--save", file)

    assert "Er is niets geschreven." in shown
    assert "app-b" in shown
    assert "Eerst de tenen." not in family.systems["app-b"].readable("daughter")
    assert "Eerst de tenen." not in Path(file).read_text(encoding="utf-8")
    assert "Geschreven zoals gepland: 2." in line.text("sync", "apply", file)
    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")


def test_a_plan_is_not_done_when_something_else_would_happen_now(
    line: Any, family: Any, tmp_path: Path
) -> None:
    file = str(tmp_path / "plan.json")
    line.text("sync", "plan", "--save", file)
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    assert "moved since" in line.fails("sync", "apply", file, code=StaleError.exit_code)
    assert "Eerst de tenen." not in family.systems["app-b"].readable("daughter")
    Path(file).write_text("{}", encoding="utf-8")
    assert "holds no plan" in line.fails("sync", "apply", file, code=ConfigurationError.exit_code)


def test_drift_is_shown_and_repaired(line: Any, family: Any) -> None:
    assert line.json("sync", "drift")["differing"] == {}
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    assert "app-b: 1 afspraken zijn niet zoals ze moeten zijn, van 1" in line.text("sync", "drift")
    assert line.json("sync", "drift", "--repair")["status"]["convergence"] == 1.0
    assert line.json("sync", "drift")["differing"] == {}


def test_a_system_that_is_away_is_told_and_the_others_go_on(line: Any, family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    text = line.text("sync", "run", code=5)
    assert "app-b: niet gelukt (transient)" in text
    assert "app-a: 1 gezien" in text

    family.systems["app-b"].clear_faults()
    assert [one["error"] for one in line.json("sync", "run", "--connector", "app-b")["heard"]] == [""]


def test_it_is_shown_when_a_system_was_heard_and_when_that_failed(line: Any, family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    line("sync", "run", "--full")

    [last, *earlier] = line.json("connector", "runs", "app-b")["runs"]
    assert (last["kind"], last["outcome"], last["error"]) == ("full", "failed", "transient")
    assert {one["outcome"] for one in earlier} == {"heard"}
    text = line.text("connector", "runs", "app-b", "--limit", "1").splitlines()
    assert len(text) == 2
    assert text[1].endswith("mislukt (transient)")
    assert "no connector app-z" in line.fails("connector", "runs", "app-z", code=10)


def test_a_paused_system_is_skipped_and_an_unknown_one_is_not_found(line: Any, family: Any) -> None:
    line("connector", "pause", "app-b")

    assert line.json("sync", "run")["skipped"] == [{"connector_id": "app-b", "state": "paused"}]
    assert "app-b: overgeslagen, gepauzeerd" in line.text("sync", "run")
    assert "no connector app-z" in line.fails("sync", "run", "--connector", "app-z", code=10)


def test_only_systems_whose_time_has_come_are_heard(line: Any, family: Any) -> None:
    assert len(line.json("sync", "run", "--due")["heard"]) == 2
    assert line.json("sync", "run", "--due")["heard"] == []
    assert len(line.json("sync", "run", "--full")["heard"]) == 2


def test_no_exchange_beside_a_running_hub(line: Any, family: Any) -> None:
    with OneRunner(family.app.settings.data_dir):
        assert "Another process" in line.fails("sync", "run", code=2)

    assert line("sync", "run").exit_code == 0


# agreement


def test_agreements_are_listed_with_how_each_system_stands(line: Any, family: Any) -> None:
    (found,) = line.json("agreement", "list")["agreements"]
    assert (found["what"], found["systems"]) == (
        "Steunkousen aantrekken",
        {"app-a": "equal", "app-b": "equal"},
    )

    assert "app-a: gelijk, app-b: gelijk" in line.text("agreement", "list", "--client", "wit")
    assert line.fails("agreement", "list", "--client", "son", code=10)


def test_an_agreement_is_shown_as_people_read_it(line: Any, family: Any) -> None:
    family.systems["app-a"].agree("son", "r1")
    family.settle()
    agreement = family.agreements()[0].id

    found = line.json("agreement", "show", agreement)["agreement"]
    assert found["units"]["assignment[a1]"]["performer"] == "relative:son"
    assert [(one["kind"], one["by"], one["through"]) for one in found["said"]] == [
        ("assent", "relative:son", "app-a")
    ]
    text = line.text("agreement", "show", agreement)
    assert "Cliënt: Mevrouw De Wit (client:wit)" in text
    assert "wie: Jan de Wit; op vaste dagen; hoe vaak: elke dag; tijden: 08:00" in text
    assert "instructie: Eerst de hiel." in text


def test_an_explanation_says_who_changed_what_through_what_and_where_it_went(line: Any, family: Any) -> None:
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    agreement = family.agreements()[0].id

    found = line.json("agreement", "explain", agreement, "conditions")["agreement"]
    (story,) = found["units"]
    assert [(one["version"], one["through"], one["why"]) for one in story["changes"]] == [
        (1, "app-a", "adopted"),
        (2, "app-a", "adopted"),
    ]
    assert [one["units"]["conditions"] for one in found["copies"]] == ["holds", "holds"]
    text = line.text("agreement", "explain", agreement)
    assert "Samenspraak via app-a: overgenomen" in text
    assert "app-a: gelijk, app-b: gelijk" in text


def test_of_one_unit_everybody_is_told_whom_it_reached_and_who_read_it(line: Any, family: Any) -> None:
    family.systems["app-a"].agree("son", "r1")
    family.settle()
    agreement = family.agreements()[0].id

    (story,) = line.json("agreement", "explain", agreement, "what")["agreement"]["units"]
    known = {(one["connector_id"], one["reader"]): one["read_at"] is not None for one in story["told"]}
    assert known["app-a", "relative:son"]
    assert not known["app-b", "relative:daughter"]
    text = line.text("agreement", "explain", agreement, "what")
    assert "app-b, Els de Wit: staat er sinds" in text
    assert "gelezen: onbekend" in text
    assert "app-a: Jan de Wit: heeft versie 2, las versie 1" in text


def test_versions_are_listed_and_an_earlier_one_is_put_back(line: Any, family: Any) -> None:
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Eerst de tenen.")
    family.settle()
    agreement = family.agreements()[0].id

    newest, _ = line.json("agreement", "history", agreement)["agreement"]["versions"]
    assert (newest["change"]["actor"], newest["differences"][0]["unit"]) == (
        "relative:daughter",
        "conditions",
    )
    text = line.text("agreement", "history", agreement)
    assert (
        "voorwaarden: instructie: Eerst de hiel. → instructie: Eerst de tenen. (alleen daar veranderd)"
        in text
    )
    assert "Els de Wit (relative:daughter) via app-b: overgenomen" in text
    assert "--yes" in line.fails("agreement", "restore", agreement, "1", code=2)

    done = line.json("agreement", "restore", agreement, "1", "--yes")["agreement"]
    assert (done["version"], done["differences"][0]["after"]["instruction"]) == (3, "Eerst de hiel.")
    line("sync", "run")
    assert "Eerst de hiel." in family.systems["app-b"].readable("daughter")
    assert "says this already" in line.fails("agreement", "restore", agreement, "1", "--yes", code=9)
    assert "no version 7" in line.fails("agreement", "restore", agreement, "7", "--yes", code=10)


def test_a_unit_that_is_none_is_refused(line: Any, family: Any) -> None:
    agreement = family.agreements()[0].id

    assert "Known units" in line.fails("agreement", "explain", agreement, "kleur", code=9)
    assert "never had" in line.fails("agreement", "explain", agreement, "decides", code=10)


# match


def test_who_waits_is_listed_accepted_and_refused(line: Any, family: Any) -> None:
    family.person("roos", PartyKind.RELATIVE, "Roos Bakker", "wit")
    family.systems["app-a"].add_user("u9", "Roos Bakker", "relative", ["wit"])
    family.settle()
    (found,) = line.json("match", "list")["people"]
    assert (found["external_id"], found["suggestions"][0]["party"]) == ("u9", "relative:roos")
    assert "relative:roos Roos Bakker (naam lijkt)" in line.text("match", "list")

    assert line.json("match", "refuse", "app-a", "u9")["refused"] == ["relative:roos"]
    assert "niemand voorgesteld" in line.text("match", "refuse", "app-a", "u9")
    accepted = line.json("match", "accept", "app-a", "u9", "--new")

    assert accepted["party"].startswith("relative:")
    assert "Er wacht niemand" in line.text("match", "list", "--connector", "app-a")


def test_a_record_of_an_unmatched_client_is_listed_with_what_to_do(line: Any, family: Any) -> None:
    family.systems["app-a"].add_client("c7", "Meneer Bos")
    family.systems["app-a"].add_record("son", "c7", "Wandelen", tasks=[])
    family.settle()

    (found,) = line.json("match", "list")["records"]
    assert (found["client"], found["why"], bool(found["since"])) == ("c7", "match", True)
    assert "zeg wie de cliënt is" in line.text("match", "list")


def test_a_match_says_exactly_one_thing(line: Any, family: Any) -> None:
    assert "--party PARTY or --new" in line.fails("match", "accept", "app-a", "u9", code=2)
    assert "Nobody waits" in line.fails("match", "accept", "app-a", "u9", "--new", code=10)


def test_everybody_known_is_listed_with_their_ids(line: Any, family: Any) -> None:
    found = line.json("match", "list", "--known", "--kind", "relative")["known"]

    assert {one["party"]: one["systems"]["app-b"] for one in found} == {
        "relative:daughter": ["daughter"],
        "relative:son": ["son"],
    }
    assert "client:wit" in line.text("match", "list", "--known")


def test_everybody_known_is_listed_part_by_part(line: Any, family: Any) -> None:
    part = line.json("match", "list", "--known", "--limit", "2")
    assert [one["party"] for one in part["known"]] == ["client:wit", "relative:daughter"]
    assert "--after relative:daughter" in line.text("match", "list", "--known", "--limit", "2")

    rest = line.json("match", "list", "--known", "--after", part["next"])
    assert ([one["party"] for one in rest["known"]], rest["next"]) == (["relative:son"], None)


# question


def test_a_question_shows_every_value_and_takes_one(line: Any, asked: Any) -> None:
    (found,) = line.json("question", "list")["questions"]
    assert (found["kind"], found["unit"]) == ("conflict", "assignment[a1]")
    text = line.text("question", "show", found["id"])
    assert "app-b zegt:" in text
    assert "tijden: 09:00" in text

    answered = line.json("question", "answer", found["id"], "app-b", "--revision", str(found["revision"]))
    assert (answered["question"]["is_open"], answered["question"]["answer"]) == (False, "app-b")
    assert line("sync", "run").exit_code == 0

    assert "Er zijn geen open vragen." in line.text("question", "list")
    assert "09:00" in str(asked.systems["app-a"].record_of("r1")["tasks"])


def test_another_value_is_given_as_json(line: Any, asked: Any) -> None:
    (found,) = line.json("question", "list")["questions"]
    value = found["values"]["app-b"][found["unit"]]
    value["schedule"]["timing"]["times"] = ["10:15:00"]
    options = ("question", "answer", found["id"], "other", "--revision", str(found["revision"]))
    assert "--value" in line.fails(*options, code=2)
    assert "is not JSON" in line.fails(*options, "--value", "{", code=2)
    assert "no value of assignment[a1]" in line.fails(*options, "--value", '{"performer": 3}', code=9)

    import json

    result = line(*options, "--value-file", "-", "--by", "relative:son", stdin=json.dumps(value))
    assert result.exit_code == 0, result.output
    line("sync", "run")

    assert "10:15" in str(asked.systems["app-b"].record_of(found["agreement_id"])["tasks"])
    (answered,) = line.json("question", "list", "--all")["questions"]
    assert answered["answered_by"] == "relative:son"


def test_a_stale_or_unknown_answer_changes_nothing(line: Any, asked: Any) -> None:
    (found,) = line.json("question", "list", "--connector", "app-b")["questions"]

    assert line.fails("question", "answer", found["id"], "hub", "--revision", "99", code=11)
    assert "Answers to question" in line.fails(
        "question", "answer", found["id"], "mees", "--revision", "1", code=9
    )
    assert line.fails("question", "answer", "q7", "hub", "--revision", "1", code=10)
    assert len(line.json("question", "list", "--agreement", found["agreement_id"])["questions"]) == 1


# consent


def test_a_consent_is_recorded_listed_and_withdrawn(line: Any, family: Any) -> None:
    given = line.json(
        *("consent", "record", "--client", "app-a/wit", "--role", "professional"),
        *("--category", "what_when_who", "--life-domain", "meals", "--evidence", "formulier 12"),
        *("--from", "2026-01-01", "--until", "2099-12-31"),
    )["consent"]
    assert (given["recipient"], given["rows"]) == ({"kind": "role", "id": "professional"}, ["what_when_who"])
    text = line.text("consent", "list", "--client", "wit")
    assert "zorgprofessional" in text
    assert "wat, wanneer, wie, eten en drinken" in text

    assert "--yes" in line.fails("consent", "withdraw", given["id"], code=2)
    line.json("consent", "withdraw", given["id"], "--yes")
    recorded = line.json("consent", "list", "--client", "wit")["consents"]["recorded"]
    assert [one["validity"] for one in recorded if one["consent"]["id"] == given["id"]] == ["withdrawn"]
    assert line.fails("consent", "withdraw", given["id"], "--yes", code=11)


def test_what_was_shared_is_taken_back_and_listed(line: Any, family: Any) -> None:
    recorded = line.json("consent", "list", "--client", "wit")["consents"]["recorded"]
    (given,) = [
        one["consent"]["id"]
        for one in recorded
        if one["consent"]["capacity"] == "" and one["consent"]["recipient"]["id"] == "daughter"
    ]
    withdrawn = line.json("consent", "withdraw", given, "--yes")
    assert [one["connector_id"] for one in withdrawn["retracts"]] == ["app-a", "app-b"]

    line("sync", "run")

    assert family.systems["app-b"].readable("daughter") == []
    text = line.text("consent", "list", "--client", "wit")
    assert "gevraagd, nog niet zeker" in text


def test_a_consent_is_about_exactly_one_recipient(line: Any, family: Any) -> None:
    record = ("consent", "record", "--client", "wit")

    assert "one of --person" in line.fails(*record, code=2)
    assert "one of --person" in line.fails(*record, "--person", "son", "--app", "app-a", code=2)
    assert "app-a/jan is no" in line.fails(*record, "--person", "app-a/jan", code=10)
    assert "cannot consent as" in line.fails(*record, "--person", "son", "--given-by", "son", code=9)


def test_an_objection_is_recorded_as_one(line: Any, family: Any) -> None:
    given = line.json("consent", "record", "--client", "wit", "--app", "app-b", "--object")["consent"]
    assert given["allows"] is False

    assert "Bezwaar" in line.text("consent", "record", "--client", "wit", "--app", "app-a", "--object")


# review and pause


def test_talks_that_are_due_are_listed_and_their_outcome_is_recorded(line: Any, family: Any) -> None:
    agreement = family.agreements()[0].id
    later = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
    assert "niets besproken" in line.text("review", "list")

    (found,) = line.json("review", "list", "--within", "100")["reviews"]
    assert (found["agreement_id"], found["days_late"]) == (agreement, 0)
    held = line.json("review", "record", agreement, "kept", "--next", later, "--notes", "Goed zo.")
    assert (held["review"]["outcome"], held["review"]["next"]) == ("kept", later)

    text = line.text("review", "list", "--within", "400", "--client", "wit")
    assert later in text
    assert "Mevrouw De Wit (client:wit)" in text
    assert "verantwoordelijke" in text


def test_a_talk_can_change_what_was_agreed(line: Any, family: Any) -> None:
    agreement = family.agreements()[0].id
    record = ("review", "record", agreement)
    value = '{"text": "", "instruction": "Eerst de tenen.", "instruction_required": false}'

    assert "outcome changed" in line.fails(*record, "kept", "--change", "conditions", value, code=9)
    assert "is not JSON" in line.fails(*record, "changed", "--change", "conditions", "{", code=2)
    assert "aangepast" in line.text(*record, "changed", "--change", "conditions", value)

    line("sync", "run")
    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")


def test_what_rests_is_shown_first_and_goes_on_when_lifted(line: Any, family: Any) -> None:
    start = ("pause", "start", "wit", "--from", "2026-11-23", "--until", "2026-12-04")
    refused = line.fails(*start, code=2)
    assert "Steunkousen aantrekken, Mevrouw De Wit (client:wit): gepauzeerd" in refused
    assert "--yes" in refused

    (rests,) = line.json(*start, "--yes", "--reason", "opname")["pause"]["agreements"]
    assert rests["state"] == "paused"
    assert "pauze tot en met: 2026-12-04" in line.text("agreement", "show", rests["agreement_id"])
    assert "er weer is. Afspraken: 1." in line.text("pause", "lift", "wit", "--yes")


def test_who_is_away_has_their_moments_called_off(line: Any, family: Any) -> None:
    start = ("pause", "start", "relative:son", "--from", "2026-11-23", "--until", "2026-11-25", "--yes")
    text = line.text(*start)

    assert "afgezegd, 3 keer: 2026-11-23, 2026-11-24, 2026-11-25" in text
    assert "we vragen de verantwoordelijke" in text
    (asked,) = line.json("question", "list")["questions"]
    assert asked["cause"] == "performer-away"
    assert "Until which day" in line.fails("pause", "start", "relative:son", "--yes", code=9)


def test_everything_of_a_client_stops(line: Any, family: Any) -> None:
    assert "--yes" in line.fails("agreement", "stop", "wit", code=2)

    assert "Alles van Mevrouw De Wit (client:wit) is gestopt" in line.text(
        "agreement", "stop", "wit", "--yes"
    )

    (found,) = line.json("agreement", "list")["agreements"]
    assert found["state"] == "ended"
    assert "no client" in line.fails("agreement", "stop", "relative:son", "--yes", code=10)


# moment


def test_moments_are_listed_with_what_was_reported_and_by_whom_it_is_done(line: Any, family: Any) -> None:
    family.systems["app-a"].cancel("son", "r1", "a1", "2026-11-24")
    family.systems["app-b"].report("daughter", family.agreements()[0].id, "a1", "2026-11-23")
    family.settle()

    found = line.json("moment", "list", "--from", "2026-11-23", "--days", "2")["moments"]
    assert [(one["day"], one["state"], one["result"]) for one in found] == [
        ("2026-11-23", "planned", "done"),
        ("2026-11-24", "cancelled", "none"),
    ]
    text = line.text("moment", "list", "--from", "2026-11-23", "--days", "2", "--performer", "son")
    assert "ma 2026-11-23 08:00" in text
    assert "Jan de Wit" in text
    assert "afgezegd" in text
    assert "staat er niets" in line.text("moment", "list", "--from", "2026-11-23", "--performer", "daughter")


def test_a_question_about_reports_says_which_moment_and_takes_what_happened(line: Any, family: Any) -> None:
    family.systems["app-a"].report("son", "r1", "a1", "2026-11-23", done=True)
    family.systems["app-b"].report("daughter", family.agreements()[0].id, "a1", "2026-11-23", done=False)
    family.settle()

    (asked,) = line.json("question", "list")["questions"]
    assert (asked["about"], asked["answers"]) == ("a1:2026-11-23:1", ["done", "not_done"])
    assert "Het gaat om a1:2026-11-23:1." in line.text("question", "show", asked["id"])
    answer = ("question", "answer", asked["id"], "done", "--revision", str(asked["revision"]))
    assert "say who you are" in line.fails(*answer, code=9)
    assert line(*answer, "--by", "relative:son").exit_code == 0
