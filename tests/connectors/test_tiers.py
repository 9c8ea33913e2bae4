"""What the kit says of the connectors that ship, and of one that is no good."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest
from click.testing import CliRunner

from samenspraak.cli import main
from samenspraak.errors import ConfigurationError
from samenspraak.testing import kit
from samenspraak.testing.kit import Check, Report
from samenspraak_memory.plugin import FamilyAppConnector

OUTCOME = """<testsuites><testsuite>
<testcase classname="k.TestStrict" name="test_a_removed_record_is_absent"/>
<testcase classname="k.TestQuirky" name="test_a_removed_record_is_absent">
    <failure message="E  it is&#10; still there">at length</failure>
</testcase>
<testcase classname="k.TestStrict" name="test_a_failed_read_tells[401]"/>
<testcase classname="k.TestStrict" name="test_a_failed_read_tells[429]"><skipped message="no"/></testcase>
<testcase classname="k.TestStrict" name="test_a_proposal_waits"><skipped message="no try"/></testcase>
</testsuite></testsuites>"""


def test_a_check_that_failed_towards_one_sandbox_has_failed(tmp_path: Path) -> None:
    (tmp_path / "outcome.xml").write_text(OUTCOME, encoding="utf-8")

    assert kit._read(tmp_path / "outcome.xml") == {
        "a_removed_record_is_absent": Check(
            id="a_removed_record_is_absent", ok=False, detail="quirky: E it is still there"
        ),
        "a_failed_read_tells": Check(id="a_failed_read_tells", ok=True),
        "a_proposal_waits": Check(id="a_proposal_waits", ok=None, detail="no try"),
    }


def test_a_package_without_a_kit_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kaal", types.ModuleType("kaal"))
    kind = type("Bare", (FamilyAppConnector,), {"__module__": "kaal.plugin"})

    with pytest.raises(ConfigurationError, match="kaal has no module kit"):
        kit.run(kind)


def test_the_command_tells_what_failed_and_ends_with_one(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (
        Check(id="a_record_is_json", ok=True),
        Check(id="the_mark_reads_back", ok=False, detail="laws: 1 == 2"),
        Check(id="a_proposal_can_be_taken_back", ok=None),
    )
    monkeypatch.setattr(kit, "run", lambda kind: Report(connector=kind.manifest.name, checks=checks))

    told = runner.invoke(main, ["--language", "nl", "kit", "run", "memory"])

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "✓ a record is json",
        "✗ the mark reads back",
        "    laws: 1 == 2",
        "· a proposal can be taken back",
        "memory: nog niet te gebruiken. Geslaagd 1, mislukt 1, niet van toepassing 1.",
    ]


def test_the_document_is_the_report_and_nothing_else(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (
        Check(id="a_record_is_json", ok=True),
        Check(id="a_proposal_can_be_taken_back", ok=None, detail="nothing to try"),
    )
    monkeypatch.setattr(kit, "run", lambda kind: Report(connector=kind.manifest.name, checks=checks))

    told = runner.invoke(main, ["kit", "run", "memory", "--json"])

    assert (told.exit_code, json.loads(told.stdout)) == (
        0,
        {
            "connector": "memory",
            "tier": "none",
            "passed": 1,
            "not_applicable": 1,
            "checks": [
                {"id": "a_record_is_json", "ok": True, "detail": ""},
                {"id": "a_proposal_can_be_taken_back", "ok": None, "detail": "nothing to try"},
            ],
        },
    )


def test_a_connector_is_begun_in_a_folder_of_its_own(runner: CliRunner, tmp_path: Path) -> None:
    """That it works is in the tutorial, which begins so: `tests/end_to_end/test_tutorial.py`."""
    made = runner.invoke(main, ["kit", "new", "prikbord", "--into", str(tmp_path), "--json"])

    folder = Path(json.loads(made.stdout)["folder"])
    assert folder == tmp_path / "samenspraak-prikbord"
    text = "".join(one.read_text(encoding="utf-8") for one in folder.rglob("*.py"))
    assert "samenspraak.testing.starter" not in text
    assert "class PrikbordConnector(Connector)" in text


def test_a_folder_that_is_there_stays_as_it_is(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "samenspraak-prikbord").mkdir()

    refused = runner.invoke(main, ["kit", "new", "prikbord", "--into", str(tmp_path)])

    assert refused.exit_code == ConfigurationError.exit_code
    assert list((tmp_path / "samenspraak-prikbord").iterdir()) == []
