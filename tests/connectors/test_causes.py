"""What a plug-in raises about something it read does not carry that along: a cause quotes what it met."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULES = [
    path for path in sorted(PLUGINS.rglob("*.py")) if "sandbox" not in path.relative_to(PLUGINS).as_posix()
]


def raised_in_handlers(tree: ast.AST) -> list[ast.Raise]:
    handlers = [one for one in ast.walk(tree) if isinstance(one, ast.ExceptHandler)]
    return [
        one for handler in handlers for one in ast.walk(handler) if isinstance(one, ast.Raise) and one.exc
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_what_is_raised_about_another_error_leaves_that_behind(path: Path) -> None:
    raised = raised_in_handlers(ast.parse(path.read_text(encoding="utf-8")))
    carried = [
        one.lineno for one in raised if not (isinstance(one.cause, ast.Constant) and one.cause.value is None)
    ]
    assert carried == []
