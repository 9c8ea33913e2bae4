"""What the labels of one RegiCare mean: all that the lens needs to know of the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def fold(label: str) -> str:
    """How labels are compared: blanks and capitals do not matter."""
    return " ".join(label.split()).casefold()


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels with one meaning; the first is the one we write."""

    known: Sequence[str]

    @property
    def ours(self) -> str:
        return self.known[0]

    def __contains__(self, label: str) -> bool:
        return fold(label) in {fold(known) for known in self.known}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the labels of this RegiCare mean: all that the lens needs to know of the settings."""

    activity_types: Labels
    planned: Labels
    cancelled: Labels
    preliminary: Labels
    definitive: Labels
    placed: Labels
    ended: Labels
    waiting: Labels
    accepted: Labels
    refused: Labels
    rhythms: Mapping[str, str]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Words:
        lists = {name: settings[name] for name in cls.__dataclass_fields__ if name != "rhythms"}
        return cls(
            rhythms=settings["rhythms"], **{name: Labels(known=tuple(one)) for name, one in lists.items()}
        )
