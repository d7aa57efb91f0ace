"""gunicorn's settings and its application object: two workers of eight threads on an inherited socket."""
from __future__ import annotations

import os
import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.logs import log_event
from app.core.settings import Settings
from app.procedures.queries import list_procedures

WORKERS = 2
THREADS = 8  # threads keep slow phones from blocking a worker
BACKLOG = 2048


def options(settings: Settings) -> dict[str, Any]:
    """What differs from gunicorn's defaults.

    No access log: addresses of slips are secrets. A proxy's word is taken only when there is one.
    """
    return {
        "workers": WORKERS,
        "worker_class": "gthread",
        "threads": THREADS,
        "preload_app": True,
        "backlog": BACKLOG,
        "timeout": 60,
        "graceful_timeout": 25,
        "keepalive": 5,
        "loglevel": "warning",
        "proc_name": "ward-service-centre",
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 (heartbeats off the disk)
        "forwarded_allow_ips": "127.0.0.1,::1" if settings.behind_proxy else "",
        "control_socket_disable": True,
    }


# What the first pages of anyone are made of.
_FIRST_TEMPLATES = ("layouts/", "ui/", "procedures/citizen_")


def warm(app: Flask) -> None:
    """Load what every process needs for its first page before they part, so that they share it.

    A database that does not answer now is no reason not to start: pages then say so, and it may come back.
    """
    with app.app_context():
        try:
            list_procedures()
        except SQLAlchemyError as error:
            log_event("serve.cold", error=type(error).__name__)
        db.session.remove()
        db.engine.dispose()  # a connection belongs to one process
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(_FIRST_TEMPLATES)):
        app.jinja_env.get_template(name)


class Server(BaseApplication):
    """gunicorn around an application that is already there."""

    def __init__(self, app: Flask, settings: Settings, listener: socket.socket) -> None:
        self.application = app
        self.options = options(settings) | {"bind": f"fd://{os.dup(listener.fileno())}"}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application


def open_listener(host: str, port: int) -> socket.socket:
    """A bound socket that survives a reload. Raises ``OSError`` when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
