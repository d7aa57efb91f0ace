"""The floors: views of a few lines each on the same gunicorn, nothing else. A figure is only told beside its floor.

    python -m tests.bench.floor PORT DATABASE_URL
"""
from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import sys
import threading

from flask import Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from gunicorn.app.base import BaseApplication
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.flows import FIELDS

STYLE = "body{font:20px/1.6 sans-serif;margin:16px}input,button{font:inherit;width:100%;min-height:56px}"
# 26 labelled fields in about 11.7 KB
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<main><h1>{{ title }}</h1><form method="post"><input type="hidden" name="csrf" value="{{ csrf }}">
{% for name in fields %}<div class="field field--plain" id="row-{{ name }}">
<label class="label" for="{{ name }}">Câu hỏi số {{ loop.index }} của tờ khai, viết đủ dài như thật</label>
<p class="hint" id="{{ name }}-hint">Ghi đúng như trong giấy tờ. Không nhớ thì để trống, hỏi sau cũng được.</p>
<input class="in" type="text" id="{{ name }}" name="{{ name }}" value="{{ values.get(name, '') }}"
 aria-describedby="{{ name }}-hint" autocomplete="off" maxlength="200"></div>
{% endfor %}<button class="btn">Nộp hồ sơ</button></form></main></body></html>"""
PLAIN = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tờ khai</title>
<meta name="viewport" content="width=device-width"><style>{{ style }}</style></head><body><h1>Tờ khai</h1>
<form method="post">{% for name in fields[:8] %}<p>
<label for="{{ name }}">Câu hỏi số {{ loop.index }} của tờ khai</label>
<input id="{{ name }}" name="{{ name }}"></p>{% endfor %}<button>Nộp</button></form></body></html>"""
RECEIPT = """<!doctype html><title>Đã nhận</title><h1>Đã nhận hồ sơ {{ number }}</h1>
<dl>{% for name, value in rows %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>"""


class Base(DeclarativeBase):
    pass


class Form(Base):
    __tablename__ = "form"

    id: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[str]


class Event(Base):
    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    what: Mapped[str]


class Sqlite:
    """Two inserts in one durable transaction, by hand."""

    def __init__(self, path: str) -> None:
        self.path, self.local = path, threading.local()
        with self.connection() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS form (id INTEGER PRIMARY KEY, answers TEXT)")
            connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, form_id INTEGER, what TEXT)")

    def connection(self) -> sqlite3.Connection:
        if getattr(self.local, "pid", None) != os.getpid():
            self.local.pid = os.getpid()
            self.local.connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            self.local.connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        return self.local.connection

    def write(self, answers: str) -> int:
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        number = connection.execute("INSERT INTO form (answers) VALUES (?)", (answers,)).lastrowid
        connection.execute("INSERT INTO event (form_id, what) VALUES (?, 'submitted')", (number,))
        connection.execute("COMMIT")
        return int(number or 0)


class Orm:
    """The same through SQLAlchemy's ORM, for PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, pool_size=8)
        Base.metadata.create_all(self.engine)
        self.engine.dispose()

    def write(self, answers: str) -> int:
        with Session(self.engine) as database:
            form = Form(answers=answers)
            database.add(form)
            database.flush()
            database.add(Event(form_id=form.id, what="submitted"))
            database.commit()
            return form.id


def make_app(store: Sqlite | Orm) -> Flask:
    app = Flask("floor", root_path=".", static_folder=None)
    app.secret_key = "the floor keeps no secrets"
    page, plain, receipt = (app.jinja_env.from_string(source) for source in (PAGE, PLAIN, RECEIPT))

    @app.get("/text")
    def text() -> str:
        return "ok"

    @app.get("/page")
    def form_page() -> str:
        return page.render(title="Tờ khai", fields=FIELDS, values={}, csrf="x")

    @app.get("/plain")
    def plain_form() -> str:
        return plain.render(fields=FIELDS, style=STYLE)

    @app.get("/submit")
    def ask() -> str:
        session["csrf"] = secrets.token_urlsafe(24)
        return page.render(title="Tờ khai", fields=FIELDS, values={}, csrf=session["csrf"])

    @app.post("/submit")
    def submit() -> ResponseReturnValue:
        if not hmac.compare_digest(session.get("csrf", ""), request.form.get("csrf", "")):
            abort(400)
        answers = {name: request.form[name].strip() for name in FIELDS}
        if not all(answers.values()):
            abort(422)
        session["number"] = store.write(repr(answers))
        session["answers"] = list(answers.items())[:6]
        return redirect("/receipt", 303)

    @app.get("/receipt")
    def show_receipt() -> str:
        return receipt.render(number=session["number"], rows=session["answers"])


    return app


class Server(BaseApplication):
    """gunicorn with the product's settings."""

    def __init__(self, app: Flask, port: int) -> None:
        self.application, self.port = app, port
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"127.0.0.1:{self.port}", "workers": 2, "worker_class": "gthread", "threads": 8,
            "preload_app": True, "keepalive": 5, "loglevel": "warning", "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application


if __name__ == "__main__":
    url = sys.argv[2]
    Server(make_app(Sqlite(url) if "://" not in url else Orm(url)), int(sys.argv[1])).run()
