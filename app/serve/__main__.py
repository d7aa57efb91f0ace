"""Prepare, then run gunicorn and the job worker until Ctrl-C or SIGTERM. SIGHUP takes new code up without a gap."""
from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass

from flask import Flask

from app import create_app
from app.accounts import services as accounts
from app.core import worker
from app.core.db import transaction
from app.core.errors import SettingsError
from app.core.settings import Settings
from app.serve import banner, children, preparation, server

HANDOVER = "SERVE_HANDOVER"
PREPARE_ONLY = "--prepare-only"


@dataclass(frozen=True, slots=True)
class Handover:
    """What the image before a reload leaves to the next: its socket and its processes."""

    listener: socket.socket
    pids: tuple[int, ...]

    @classmethod
    def taken(cls) -> Handover | None:
        text = os.environ.pop(HANDOVER, "")
        if not text:
            return None
        descriptor, *pids = map(int, text.split(","))
        return cls(socket.socket(fileno=descriptor), tuple(pids))

    def give(self) -> None:
        """Become a fresh image of the product. Does not return."""
        self.listener.set_inheritable(True)
        os.environ[HANDOVER] = ",".join(map(str, (self.listener.fileno(), *self.pids)))
        os.execv(sys.executable, fresh_image())  # noqa: S606 (our own image again)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def prepare(app: Flask, settings: Settings, lan: str | None) -> int:
    """In a child: bring the data up to date, then show where to go."""
    preparation.prepare(app, settings)
    links: list[tuple[str, str]] = []
    if settings.demo:
        with app.app_context(), transaction():
            links = accounts.demo_sign_in_links()
    print(banner.banner(settings, lan, links), flush=True)
    return 0


def family(app: Flask, settings: Settings, listener: socket.socket, leftovers: tuple[int, ...]) -> children.Family:
    def serve() -> int:
        server.Server(app, settings, listener).run()
        return 0

    def work() -> int:
        listener.close()
        worker.work(app.app_context)
        return 0

    kept = [children.Child("web server", serve), children.Child("job worker", work)]
    return children.Family(kept, leftovers=leftovers, say=say)


def fresh_image(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.serve", *arguments]


def new_code_prepares() -> int:
    """Exit status of a fresh image that brings the data up to date; a reload into a fault would stop the whole ward."""

    def become() -> int:
        os.execv(sys.executable, fresh_image(PREPARE_ONLY))  # noqa: S606 (our own image again)

    return children.run_to_end(children.Child("new code", become))


def run(settings: Settings, lan: str | None, listener: socket.socket, handover: Handover | None) -> int:
    """Start everything and keep it; the exit status."""
    app = create_app(settings)
    children.watch_signals()
    if handover is None:
        status = children.run_to_end(children.Child("preparation", lambda: prepare(app, settings, lan)))
        if status:
            return 0 if status == children.STOPPED else status
    server.warm(app)
    listener.listen(server.BACKLOG)
    kept = family(app, settings, listener, handover.pids if handover else ())
    kept.start()
    while (ending := kept.keep()) is children.Ending.RELOAD:
        status = new_code_prepares()
        if status == 0:
            Handover(listener, tuple(kept.pids())).give()
        if status == children.STOPPED:
            break
        say("the new code does not start, the old one goes on")
    kept.stop()
    return int(ending is children.Ending.BROKEN)


def main(arguments: list[str]) -> int:
    lan = banner.lan_address()
    try:
        settings = banner.for_visitors(Settings.from_env(), os.environ, lan)
    except SettingsError as error:
        say("\n".join(error.faults))
        return 1
    if PREPARE_ONLY in arguments:
        preparation.prepare(create_app(settings), settings)
        return 0
    handover = Handover.taken()
    try:
        listener = handover.listener if handover else server.open_listener(settings.host, settings.port)
    except OSError as error:
        say(f"cannot listen on {settings.host}:{settings.port}: {error.strerror} (choose another PORT)")
        return 1
    return run(settings, lan, listener, handover)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
