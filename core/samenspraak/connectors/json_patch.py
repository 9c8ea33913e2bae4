"""What is sent when a record is changed in place."""

from __future__ import annotations

from typing import Any


def merge_patch(before: Any, after: Any) -> Any:
    """The smallest JSON merge patch (RFC 7396) that makes ``after`` of ``before``."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return after
    changed = {
        name: merge_patch(before.get(name), value)
        for name, value in after.items()
        if name not in before or before[name] != value
    }
    return changed | {name: None for name in before.keys() - after.keys()}
