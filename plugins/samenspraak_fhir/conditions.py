"""Conditions and instruction as lines that a nurse can read and change.

Base R4 and the zibs have one place for an instruction (``activity.detail.description`` of a nursing
intervention) and none for conditions. What has no place of its own stands in ``CarePlan.description``, each
part behind its label, after whatever the dossier wrote there itself. These lines are the record: a nurse
who changes them changes the agreement. They end at the first empty line: what stands below it is the
dossier's own again, and nothing that was agreed; an empty line in what we write is left out. When the lines
alone would not read back as what was agreed, an extension beside them says exactly which text belongs to
which part, for as long as they are the ones we wrote.
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
    """The lines as they stand, without what the dossier wrote above and below them."""
    return _split(plan)[1]


def write(plan: Element, wanted: Conditions) -> None:
    """Make the lines say this; what the dossier wrote above and below them stays."""
    above, _, below = _split(plan)
    block = _block(wanted)
    said = f"{above}\n{block}{below}" if above and block else f"{above}{block}{below}"
    put(plan, "description", said if above or block else below.lstrip("\n"))
    exact = parts(
        text=("valueString", wanted.text),
        instruction=("valueString", wanted.instruction),
        required=("valueBoolean", wanted.instruction_required),
    )
    put_extension(plan, names.CONDITIONS, None)
    if read(plan) != wanted:
        put_extension(plan, names.CONDITIONS, exact)


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
    said = [
        TEXT + conditions.text if conditions.text else "",
        INSTRUCTION + conditions.instruction if conditions.instruction else "",
        REQUIRED if conditions.instruction_required else "",
    ]
    return "\n".join(line for part in said for line in part.split("\n") if line.strip())


def _split(plan: Mapping[str, Any]) -> tuple[str, str, str]:
    """What the dossier wrote above our lines, the lines, and what it wrote below, from their line end on."""
    lines = fhir.text(plan, "description").split("\n")
    start = next((number for number, line in enumerate(lines) if _label(line)), len(lines))
    end = next((number for number in range(start, len(lines)) if not lines[number].strip()), len(lines))
    below = lines[end:]
    return "\n".join(lines[:start]), "\n".join(lines[start:end]), "\n".join(["", *below]) if below else ""


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
