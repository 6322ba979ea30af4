"""The ceiling: a bare Flask page of 9 kB that loads one user by SQLAlchemy, behind the same server."""

from __future__ import annotations

import sys

from flask import Flask, render_template
from flask_sqlalchemy_lite import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lms.config import Settings
from lms.db import engine_options
from lms.operate.web_server import Server, listen

PAGE = "<!doctype html><title>{{ user.name }}</title>" + "<p>{{ user.name }} " + "word " * 1800 + "</p>"


class Base(DeclarativeBase):
    """Root of the one table."""


class User(Base):
    """Whoever is greeted."""

    __tablename__ = "bench_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def create_app(settings: Settings) -> Flask:
    """One route and one user."""
    app, db = Flask("bare"), SQLAlchemy()
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(settings.database)}
    app.jinja_loader = DictLoader({"page.html": PAGE})
    db.init_app(app)

    @app.get("/bare")
    def page() -> str:
        return render_template("page.html", user=db.session.scalars(select(User).where(User.id == 1)).one())

    with app.app_context():
        Base.metadata.create_all(db.engine)
        if db.session.get(User, 1) is None:
            db.session.add(User(id=1, name="Ada"))
            db.session.commit()
        db.engine.dispose()
    return app


def main() -> None:
    """Serve it: database URL and port are the arguments."""
    settings = Settings(database_url=sys.argv[1], port=int(sys.argv[2]), web_workers=2, web_threads=2)
    Server(create_app(settings), settings, listen(settings.host, settings.port), 1).run()


if __name__ == "__main__":
    main()
