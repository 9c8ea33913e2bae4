"""What browsers are asked with every answer, whoever asks for whatever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from samenspraak.settings import Web
from samenspraak.web.app import create_app


@pytest.fixture
def app(town: Any) -> Flask:
    """A hub that is reached over https."""
    web = replace(town.app.settings.web, public_url="https://hub.example")
    return create_app(
        replace(town.app, settings=replace(town.app.settings, web=web)), is_working=lambda: True
    )


def address(rule: Rule) -> str:
    """A place that this rule answers for, of something that is not there."""
    _, path = rule.build({name: rule._converters[name].to_url(_some(rule, name)) for name in rule.arguments})
    return str(path)


def _some(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    options = getattr(converter, "items", None)  # of a rule that takes some words only
    return next(iter(options)) if options else 1 if hasattr(converter, "num_convert") else "x"


def test_every_answer_asks_a_browser_to_run_show_and_tell_nothing_else(app: Flask) -> None:
    asked = [(method, rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    assert len(asked) > 100

    for method, rule in [*asked, ("GET", None)]:
        with app.test_client().open(address(rule) if rule else "/no-such-page", method=method) as answer:
            said, where = answer.headers, f"{method} {rule or '/no-such-page'}"

        assert said["X-Content-Type-Options"] == "nosniff", where
        assert said["Referrer-Policy"] == "no-referrer", where
        assert said["Content-Security-Policy"].startswith("default-src 'none'; "), where
        assert "frame-ancestors 'none'" in said["Content-Security-Policy"], where
        assert said["Strict-Transport-Security"].startswith("max-age="), where
        assert said["Cross-Origin-Resource-Policy"] == "same-origin", where
        assert said["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert said["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()", where
        assert "Cache-Control" in said, where


def test_a_hub_without_encryption_does_not_promise_it(town: Any) -> None:
    plain = replace(town.app.settings, web=Web(public_url="http://hub.example"))
    app = create_app(replace(town.app, settings=plain), is_working=lambda: True)

    assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers
