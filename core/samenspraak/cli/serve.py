"""``samenspraak serve``: the hub itself."""

from __future__ import annotations

import signal
import threading

import click

from samenspraak.cli import Asked
from samenspraak.cli._help import Command
from samenspraak.errors import TransientError

_THREADS = 16
"""Requests at the same time. Most wait for the disk, and the more of them wait the more share a trip."""


@click.command(cls=Command)
@click.pass_obj
def command(asked: Asked) -> None:
    """Keep all systems equal, and take their notifications, until stopped."""
    from samenspraak.bootstrap import build, read_settings
    from samenspraak.web.app import create_app, listening
    from samenspraak.web.inbound import MAX_BODY
    from samenspraak.web.serving import Serving
    from samenspraak.work import collector
    from samenspraak.work.embedded import EmbeddedRunner, OneRunner

    settings = read_settings(asked.config)
    asked.language = asked.language or settings.language
    application = build(settings)
    runner = EmbeddedRunner(application.hub, threads=settings.work.threads)
    app = create_app(application, is_working=lambda: runner.is_alive, still=runner.still)
    collector.calm()
    with OneRunner(settings.data_dir):
        stop = threading.Event()
        limits = {"threads": _THREADS, "max_request_body_size": MAX_BODY}
        web = Serving(app, ended=stop.set, **limits, **listening(settings.web))
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        runner.start()
        with web:
            click.echo(f"http://{settings.web.host}:{settings.web.port}")
            stop.wait()
            broke = not web.is_serving
        runner.stop()
    if broke:
        raise TransientError("The web server broke down by itself. What it noted says why; start again.")
