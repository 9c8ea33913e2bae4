"""``samenspraak serve``: the hub itself."""

from __future__ import annotations

import signal
import threading

import click

from samenspraak.cli import Asked
from samenspraak.cli._help import Command

_THREADS = 16
"""Requests at the same time. Most wait for the disk, and the more of them wait the more share a trip."""


@click.command(cls=Command)
@click.pass_obj
def command(asked: Asked) -> None:
    """Keep all systems equal, and take their notifications, until stopped."""
    from waitress.server import create_server

    from samenspraak.bootstrap import build, read_settings
    from samenspraak.web.app import create_app, listening
    from samenspraak.web.inbound import MAX_BODY
    from samenspraak.work import collector
    from samenspraak.work.embedded import EmbeddedRunner, OneRunner

    settings = read_settings(asked.config)
    asked.language = asked.language or settings.language
    application = build(settings)
    runner = EmbeddedRunner(application.hub, threads=settings.work.threads)
    app = create_app(application, is_working=lambda: runner.is_alive)
    collector.calm()
    with OneRunner(settings.data_dir):
        server = create_server(
            app, threads=_THREADS, max_request_body_size=MAX_BODY, **listening(settings.web)
        )
        runner.start()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        serving = threading.Thread(target=server.run, name="web", daemon=True)
        serving.start()
        click.echo(f"http://{settings.web.host}:{settings.web.port}")
        stop.wait()
        server.close()
        runner.stop()
