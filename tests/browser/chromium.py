"""The browser of this machine, without a window."""

from __future__ import annotations

import shutil
from pathlib import Path

PLACES = ("chromium", "chromium-browser", "google-chrome")


def found() -> Path | None:
    """Where Chromium is; None: not on this machine."""
    place = next((path for name in PLACES if (path := shutil.which(name))), None)
    return Path(place) if place else None
