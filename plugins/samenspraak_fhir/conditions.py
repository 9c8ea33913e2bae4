"""Conditions and instruction as lines that a nurse can read and change.

Base R4 and the zibs have one place for an instruction (``activity.detail.description`` of a nursing
intervention) and none for conditions. What has no place of its own stands in ``CarePlan.description``, each
part behind its label, after whatever the dossier wrote there itself. These lines are the record: a nurse
who changes them changes the agreement. Only when a text could be mistaken for a label, an extension beside
them says exactly which text belongs to which part, for as long as the lines are the ones we wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.domain.agreements import Conditions
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import Element, extension, part, part_text, parts, put, put_extension

TEXT = "Voorwaarden: "
INSTRUCTION = "Instructie: "
REQUIRED = "Eerst laten zien hoe het moet."


def read(plan: Mapping[str, Any]) -> Conditions:
    """What the lines say; empty when there are none."""
    block = lines(plan)
    exact = _exact(plan)
    return exact if exact is not None and _block(exact) == block else _parsed(block)


def lines(plan: Mapping[str, Any]) -> str:
    """The lines as they stand, without what the dossier wrote above them."""
    return _split(fhir.text(plan, "description"))[1]


def write(plan: Element, wanted: Conditions) -> None:
    """Make the lines say this; what the dossier wrote above them stays."""
    own, _ = _split(fhir.text(plan, "description"))
    block = _block(wanted)
    put(plan, "description", f"{own}\n{block}" if own and block else own + block)
    exact = parts(
        text=("valueString", wanted.text),
        instruction=("valueString", wanted.instruction),
        required=("valueBoolean", wanted.instruction_required),
    )
    put_extension(plan, names.CONDITIONS, None if _parsed(block) == wanted else exact)


def _exact(plan: Mapping[str, Any]) -> Conditions | None:
    found = extension(plan, names.CONDITIONS)
    if found is None:
        return None
    return Conditions(
        text=part_text(found, "text", "valueString"),
        instruction=part_text(found, "instruction", "valueString"),
        instruction_required=part(found, "required", "valueBoolean") is True,
    )


def _block(conditions: Conditions) -> str:
    lines = [
        TEXT + conditions.text if conditions.text else "",
        INSTRUCTION + conditions.instruction if conditions.instruction else "",
        REQUIRED if conditions.instruction_required else "",
    ]
    return "\n".join(line for line in lines if line)


def _split(description: str) -> tuple[str, str]:
    """What the dossier wrote itself, and our lines: from the first label on."""
    lines = description.split("\n")
    start = next((number for number, line in enumerate(lines) if _label(line)), len(lines))
    return "\n".join(lines[:start]), "\n".join(lines[start:])


def _label(line: str) -> str:
    return next((one for one in (TEXT, INSTRUCTION, REQUIRED) if line.startswith(one.rstrip())), "")


def _parsed(block: str) -> Conditions:
    found: dict[str, list[str]] = {}
    label = TEXT
    for line in block.split("\n") if block else ():
        begun = _label(line)
        said = line.removeprefix(begun.rstrip()).removeprefix(" ")
        if begun == REQUIRED:
            found[REQUIRED], label = [], TEXT  # what follows it is about what must hold
            if not said:
                continue
        elif begun:
            label = begun
        found.setdefault(label, []).append(said if begun else line)
    return Conditions(
        text="\n".join(found.get(TEXT, ())),
        instruction="\n".join(found.get(INSTRUCTION, ())),
        instruction_required=REQUIRED in found,
    )
