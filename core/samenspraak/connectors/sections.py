"""Labelled parts of a free text field, for what a system has no field for.

People there read and type them as they stand::

    Alleen samen met mevrouw, en het fornuis gaat uit.
    Uitleg: De schort hangt achter de deur.
    Wanneer: op donderdagmiddag, als er gekookt wordt

What stands before the first label is the free text. A part runs to the next label. A line of a value that
would itself look like a label starts with a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

FREE = ""


@dataclass(frozen=True)
class Sections:
    """A field with these labels. Changing one part leaves the others byte for byte."""

    labels: tuple[str, ...]

    def get(self, text: str, label: str) -> str:
        """What stands under this label (the first, when it is there twice), without outer blanks."""
        for name, segment in self._split(text):
            if name == label:
                return self._value(name, segment)
        return ""

    def parts(self, text: str) -> dict[str, str]:
        """What stands under each label, as it is written there."""
        found: dict[str, str] = {}
        for name, segment in self._split(text):
            written = tidy(segment if name == FREE else segment.partition(":")[2])
            found[name] = "\n".join(filter(None, (found.get(name, ""), written)))
        return found

    def set(self, text: str, label: str, value: str) -> str:
        """The text with this part saying ``value``; '' takes the part away."""
        if tidy(value) == self.get(text, label) and self._count(text, label) <= 1:
            return text
        kept = [(name, segment) for name, segment in self._split(text) if name != label]
        if value := tidy(value):
            written = (label, self._escaped(value) if label == FREE else f"{label}: {self._escaped(value)}")
            place = next(
                (at for at, (name, _) in enumerate(kept) if self._rank(name) > self._rank(label)), len(kept)
            )
            kept.insert(place, written)
        return _joined([segment for _, segment in kept])

    def _rank(self, label: str) -> int:
        return -1 if label == FREE else self.labels.index(label)

    def _count(self, text: str, label: str) -> int:
        return sum(name == label for name, _ in self._split(text))

    def _split(self, text: str) -> list[tuple[str, str]]:
        found: list[tuple[str, list[str]]] = [(FREE, [])]
        begins = self._pattern(r"\s*({})\s*:")
        for line in text.splitlines(keepends=True):
            if match := begins.match(line):
                found.append((self._spelled(match[1]), []))
            found[-1][1].append(line)
        return [(name, "".join(lines)) for name, lines in found if lines]

    def _pattern(self, form: str) -> re.Pattern[str]:
        return _compiled(self.labels, form)

    def _spelled(self, label: str) -> str:
        return next(known for known in self.labels if known.lower() == label.lower())

    def _value(self, name: str, segment: str) -> str:
        content = tidy(segment if name == FREE else segment.partition(":")[2])
        escaped = self._pattern(r"^\\(\\*(?:{})\s*:)")
        return "\n".join(escaped.sub(r"\1", line) for line in content.splitlines())

    def _escaped(self, value: str) -> str:
        looks_like_one = self._pattern(r"\\*(?:{})\s*:")
        return "\n".join(f"\\{line}" if looks_like_one.match(line) else line for line in value.splitlines())


@cache
def _compiled(labels: tuple[str, ...], form: str) -> re.Pattern[str]:
    return re.compile(form.format("|".join(map(re.escape, labels))), re.IGNORECASE)


def tidy(text: str) -> str:
    """A text as these fields keep it: one kind of line end, no blanks around lines or text."""
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _joined(segments: Sequence[str]) -> str:
    parts = [segment if segment.endswith("\n") else f"{segment}\n" for segment in segments]
    return "".join(parts).rstrip("\n") if parts else ""
