"""create_app(): settings, extensions, features, in reading order.

It is not in the package's `__init__`, so that the Learning Record Store and the checker start without the web.
"""

from __future__ import annotations

from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import config, keys
from lms.accounts import views as accounts
from lms.accounts.access import check_every_route_has_a_policy
from lms.accounts.desk import views as desk
from lms.accounts.roles import views as roles
from lms.accounts.syncing import views as organisation
from lms.authoring import views as authoring
from lms.authoring.comparing import views as comparing
from lms.authoring.exchange import views as exchange
from lms.authoring.media import views as authoring_media
from lms.authoring.pages import views as authoring_pages
from lms.authoring.parts import views as authoring_parts
from lms.authoring.preview import views as authoring_preview
from lms.authoring.publishing import views as publishing
from lms.authoring.regrading import views as regrading
from lms.authoring.reviewing import views as reviewing
from lms.authoring.starting import views as starting
from lms.authoring.upload import views as authoring_upload
from lms.certificate import views as certificate
from lms.commitment import views as commitment
from lms.config import Settings
from lms.db import ZONE, db, web_engine_options
from lms.enrolment import views as enrolment
from lms.enrolment.assignments import views as assignments
from lms.health import views as health
from lms.lookback import views as lookback
from lms.outbox.service import Sink, session_facts
from lms.player import views as player
from lms.privacy import views as privacy
from lms.pulse import views as pulse
from lms.pulse.team import views as team_pulse
from lms.quiz import views as quiz
from lms.reflection import views as reflection
from lms.reports.coverage import views as coverage
from lms.reports.files import views as report_files
from lms.reports.results import views as results
from lms.scenario import views as scenario
from lms.ui import views as ui
from lms.workshop import views as workshop
from lms.xapi import sink as xapi
from lms.xapi import views as xapi_pages

FOLDER = Path(__file__).parent
REQUEST_BYTES = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The web application for one installation. Raises SettingsError or OSError when it cannot be set up."""
    settings = settings or config.load()
    app = Flask("lms", static_folder=None)
    _configure(app, settings)
    _connect(app, settings)
    _add_features(app)
    check_every_route_has_a_policy(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        CARES=settings,
        SECRET_KEY=keys.secret(settings.instance, "secret").hex(),
        MAX_CONTENT_LENGTH=REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=REQUEST_BYTES,
        MAX_FORM_PARTS=1000,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # A long reflection may take longer than any limit that we could set.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.loader = template_loader()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _connect(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_ENGINES"] = {"default": web_engine_options(settings.database)}
    db.init_app(app)
    # The extension's clean-up of asynchronous sessions, of which we have none, would start a thread for every request.
    app.teardown_appcontext_funcs = [step for step in app.teardown_appcontext_funcs if not iscoroutinefunction(step)]
    with app.app_context():
        db.sessionmaker.configure(info=session_facts(_sinks(settings)) | {ZONE: settings.time_zone})


def _sinks(settings: Settings) -> list[Sink]:
    """Who is told what happened, in the transaction in which it happens."""
    return [xapi.make(settings)]


def _add_features(app: Flask) -> None:
    """Blueprints, request hooks and error pages of each room, from the bottom of the house to its top."""
    ui.install(app)
    accounts.install(app)
    desk.install(app)
    roles.install(app)
    organisation.install(app)
    enrolment.install(app)
    assignments.install(app)
    quiz.install(app)
    commitment.install(app)
    certificate.install(app)
    pulse.install(app)
    team_pulse.install(app)
    reflection.install(app)
    scenario.install(app)
    lookback.install(app)
    workshop.install(app)
    player.install(app)
    privacy.install(app)
    xapi_pages.install(app)
    for room in (authoring, authoring_pages, authoring_parts, authoring_preview, publishing, starting, reviewing):
        room.install(app)
    for room in (authoring_media, authoring_upload, comparing, exchange, regrading):
        room.install(app)
    results.install(app)
    coverage.install(app)
    report_files.install(app)
    health.install(app)


def template_loader() -> PrefixLoader:
    """Templates by feature: `quiz/item.html` is `lms/quiz/templates/item.html`."""
    folders = sorted(path.parent for path in FOLDER.glob("*/templates"))
    return PrefixLoader({folder.name: FileSystemLoader(folder / "templates") for folder in folders})
