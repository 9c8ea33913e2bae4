"""The pages about the reference connector say what it does: quoted code is its code, tables are whole."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from samenspraak_memory.mapping import LENS, SPOKEN_OF
from samenspraak_memory.sandbox import FamilyApp
from samenspraak_memory.settings import FamilyAppSettings

ROOT = Path(__file__).resolve().parents[3]
HOW_TO = (ROOT / "docs/how-to/write-a-connector.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/connectors/memory.md").read_text(encoding="utf-8")
README = (ROOT / "plugins/samenspraak_memory/README.md").read_text(encoding="utf-8")
SOURCES = [
    file.read_text(encoding="utf-8")
    for folder in ("core/samenspraak/connectors", "plugins/samenspraak_memory", "tests/connectors/memory")
    for file in sorted((ROOT / folder).glob("*.py"))
]
QUOTES = re.findall(r"```python\n(.*?)```", HOW_TO, re.S)


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: dedent(quote).split("\n")[0][:40])
def test_every_quotation_stands_in_the_code(quote: str) -> None:
    assert any(quote in source for source in SOURCES)


def test_every_setting_is_on_the_page() -> None:
    assert [name for name in FamilyAppSettings().fields if f"| `{name}`" not in PAGE] == []


def test_every_member_we_touch_is_on_the_page() -> None:
    touched = LENS.members | SPOKEN_OF - {"type", "circle"}

    assert [name for name in sorted(touched) if f"`{name}`" not in PAGE] == []


def test_every_act_is_in_the_readme() -> None:
    assert [name for name in FamilyApp().acts() if f"`{name}`" not in README] == []
