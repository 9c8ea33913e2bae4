"""What a connector says about itself, checked without talking to anybody."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import pytest

from samenspraak.connectors import Connector
from samenspraak.connectors.registry import load_settings
from samenspraak.errors import ConfigurationError

_SOUNDS_SECRET = re.compile(r"(^|_)(key|secret|password|token|passphrase)$")
_LANGUAGES = ("nl", "en")
_MOST_AT_ONCE, _MOST_PER_SECOND = 32, 200


class Declared:
    """What every connector owes whoever has to configure it."""

    kind: ClassVar[type[Connector]]

    def test_who_it_is_can_be_read_in_both_languages(self) -> None:
        manifest = self.kind.manifest

        told = [manifest.title, manifest.summary, *([manifest.waits_for] if manifest.waits_for else [])]
        assert all(text.get(one) for text in told for one in _LANGUAGES)
        assert re.fullmatch(r"[a-z][a-z0-9-]*", manifest.name)
        assert re.fullmatch(r"\d+(\.\d+)*", manifest.version)

    def test_every_setting_is_explained_in_both_languages(self) -> None:
        bare = [
            f"{name}.{what}.{language}"
            for name, one in self.kind.manifest.settings().fields.items()
            for what in ("title", "help")
            for language in _LANGUAGES
            if not one.metadata.get(what, {}).get(language)
        ]

        assert bare == []

    def test_what_sounds_like_a_secret_is_kept_as_one(self) -> None:
        names = {name for name in self.kind.manifest.settings().fields if _SOUNDS_SECRET.search(name)}

        assert names - self.kind.manifest.secrets() == set()

    def test_a_setting_nobody_knows_is_refused_by_its_name(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            load_settings(self.kind.manifest, {"zomaar_iets": "geheim-42"}, secret=lambda itself: itself)

        told = f"{refused.value} {refused.value.problems}"
        assert "zomaar_iets" in told
        assert "geheim-42" not in told

    def test_it_asks_no_more_of_the_system_than_a_system_can_bear(self) -> None:
        rates = self.kind.manifest.rates

        assert 1 <= rates.concurrency <= _MOST_AT_ONCE
        assert 0 < rates.per_second <= _MOST_PER_SECOND
        assert rates.page >= 1
        assert rates.poll_seconds >= 1

    def test_everything_in_its_package_says_its_types(self) -> None:
        package = self.kind.__module__.rpartition(".")[0]
        marker = Path(str(files(package.partition(".")[0]))) / "py.typed"
        untyped = [
            f"{file.name}:{one.lineno} {one.name}"
            for file in sorted(Path(str(files(package))).rglob("*.py"))
            for one in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(one, ast.FunctionDef) and not _is_typed(one)
        ]

        assert marker.exists()
        assert untyped == []

    def test_it_reads_or_writes_something(self) -> None:
        assert self.kind.manifest.varies or self.kind.manifest.capabilities.units


def _is_typed(one: ast.FunctionDef) -> bool:
    given = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs, one.args.vararg, one.args.kwarg]
    bare = [each.arg for each in given if each is not None and each.annotation is None]
    return one.returns is not None and set(bare) <= {"self", "cls"}
