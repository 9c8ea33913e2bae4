"""Python's garbage collector, in a process that works for days."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 20_000
"""So many more objects than before, and it looks for circles among them; Python itself says 700."""


def calm() -> None:
    """Look for garbage less often, and never among what the program itself is made of.

    To work on a copy makes thousands of objects, hardly any of which refer to each other in a circle, and all
    that is imported is some hundred thousand that stay. Walking through those again and again took a
    twentieth of the processor time. For whoever owns the process, once everything is built.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
