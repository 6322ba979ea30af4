"""Every setting: its name, environment variable, default and meaning; refused early if wrong.

A setting `port` is read from the environment variable `LMS_PORT`, else from `instance/settings.toml`
(`port = 8000`), else it has its default. An unknown name or a bad value stops the start.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

PREFIX = "LMS_"
LRS_FILE = "lrs.db"
"""Name of the file in the instance folder with the embedded Learning Record Store."""


class SettingsError(Exception):
    """One clear sentence for each setting that is unknown or wrong."""


class Settings(BaseModel):
    """What an operator can set. Field descriptions are the documentation that `docs/settings.md` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instance: Path = Field(Path("instance"), description="Folder that holds database, keys and mails.")
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web server listens on.")
    public_url: str = Field(
        "", description="Address under which people reach Cares; also the root of every id in statements."
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the database. Empty: a SQLite file in the instance folder."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies in front are trusted for the client's address."
    )
    web_workers: int = Field(2, ge=1, le=64, description="Processes that answer web requests.")
    web_threads: int = Field(4, ge=1, le=64, description="Threads in each of those processes.")
    lrs_endpoint: str = Field(
        "", description="xAPI endpoint of a Learning Record Store. Empty: the embedded one is started."
    )
    lrs_key: str = Field("", description="User name (key) for that Learning Record Store.")
    lrs_secret: str = Field("", repr=False, description="Password (secret) for that Learning Record Store.")
    lrs_port: int = Field(
        0, ge=0, le=65535, description="Port of the embedded Learning Record Store. 0: the web port plus one."
    )
    lrs_database_url: str = Field(
        "",
        description="PostgreSQL URL of the embedded Learning Record Store. Empty: a SQLite file in the instance.",
    )
    statement_actor: Literal["account", "mbox"] = Field(
        "account",
        description="By what statements name a learner: an opaque `account`, or the e-mail address (`mbox`).",
    )
    mail_from: str = Field("Cares <cares@localhost>", description="Sender of mails.")
    smtp_host: str = Field("", description="Mail server. Empty: mails are written to `instance/mail/`.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server; 465 means TLS at once.")
    smtp_user: str = Field("", description="User name at the mail server.")
    smtp_password: str = Field("", repr=False, description="Password at the mail server.")
    organisation: str = Field("Cares", min_length=1, max_length=80, description="Name shown in the page head.")
    time_zone: str = Field("Europe/London", description="Time zone of the days and times shown on pages (IANA name).")
    mail_hours: str = Field(
        "8-18",
        pattern=r"^([01]?\d|2[0-4])-([01]?\d|2[0-4])$",
        description="Hours of the day in which reminders may be mailed, by the clock of `LMS_TIME_ZONE`.",
    )
    remind_line_managers: bool = Field(
        False, description="Whether line managers are told by mail what is long overdue with those whom they lead."
    )
    coverage_target: int = Field(
        60, ge=0, le=100, description="Per cent of managers who shall have completed; reports show it. 0: no target."
    )
    brand_colour: str = Field(
        "#0b5d5b", pattern=r"^#[0-9a-fA-F]{6}$", description="Main colour of pages and certificates."
    )
    logo: Path | None = Field(None, description="SVG or PNG file shown beside the name.")
    session_idle_minutes: int = Field(120, ge=5, le=1440, description="A sign-in ends after this much silence.")
    session_hours: int = Field(12, ge=1, le=168, description="A sign-in ends after this long in any case.")
    metrics_token: str = Field(
        "", repr=False, description="Token with which `/metrics` is read. Empty: there are no metrics."
    )
    alarm_minutes: int = Field(
        60, ge=0, description="Admins get a mail when a statement has waited for so long. 0: they never do."
    )
    keep_visits_days: int = Field(
        730, ge=0, description="How many days it is known when someone was there. 0: for ever, as with all of these."
    )
    keep_statements_days: int = Field(
        730,
        ge=0,
        description="How many days the text of a delivered statement is kept here too; the proof of it stays.",
    )
    keep_audit_days: int = Field(
        1095, ge=0, description="How many days an entry of the audit log is kept; at least 90 in any case."
    )
    keep_leavers_days: int = Field(
        0, ge=0, description="How many days after someone was disabled they are erased; a record may be evidence."
    )
    keep_sessions_days: int = Field(
        1095,
        ge=0,
        description="How many days after it was over a session is kept, with who came; what they completed stays.",
    )
    keep_mails_days: int = Field(
        30, ge=0, description="How many days a mail is kept in `instance/mail/`, where there is no mail server."
    )
    people_folder: Path | None = Field(
        None,
        description="Folder with full lists of the organisation (docs/organisation.md); each new one is carried out.",
    )
    people_leavers_percent: int = Field(
        10, ge=0, le=100, description="Percentage of people who may leave by one such list; more are refused."
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is written to the log."
    )

    @field_validator("public_url", "lrs_endpoint")
    @classmethod
    def _is_http_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError("must start with http:// or https:// and name a host")
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("must be the name of a time zone, such as Europe/London") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        scheme = value.split(":", 1)[0]
        if scheme in ("postgres", "postgresql"):
            return "postgresql+psycopg:" + value.split(":", 1)[1]
        if value and scheme not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value

    @field_validator("lrs_database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        scheme, colon, rest = value.partition(":")
        if value and scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError("must start with postgresql://")
        return f"postgresql+psycopg{colon}{rest}" if value else value

    @field_validator("mail_hours")
    @classmethod
    def _hours_are_in_order(cls, value: str) -> str:
        first, last = (int(hour) for hour in value.split("-"))
        if first >= last:
            raise ValueError("must name an earlier and a later hour, such as 8-18")
        return value

    @model_validator(mode="after")
    def _lrs_is_whole(self) -> Self:
        given = [bool(self.lrs_endpoint), bool(self.lrs_key), bool(self.lrs_secret)]
        if any(given) and not all(given):
            raise ValueError("lrs_endpoint, lrs_key and lrs_secret go together: set all three or none")
        return self

    @property
    def url(self) -> str:
        """Public address without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def hours_for_mail(self) -> tuple[int, int]:
        """From which hour of the day reminders may be mailed, and up to which."""
        first, last = (int(hour) for hour in self.mail_hours.split("-"))
        return first, last

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{(self.instance / 'cares.db').resolve()}"

    @property
    def lrs_database(self) -> str:
        """SQLAlchemy URL of the database of the embedded Learning Record Store."""
        return self.lrs_database_url or f"sqlite:///{(self.instance / LRS_FILE).resolve()}"

    @property
    def embedded_lrs_port(self) -> int:
        """Port of the embedded Learning Record Store."""
        return self.lrs_port or self.port + 1

    @property
    def is_https(self) -> bool:
        """Whether people reach Cares by https, so that cookies may be bound to it."""
        return self.url.startswith("https://")


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from overrides, then environment, then `settings.toml`, then defaults.

    Raises SettingsError with a sentence for each setting that is unknown or wrong.
    """
    environment = os.environ if environment is None else environment
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    given |= overrides
    folder = Path(given.get("instance", Settings.model_fields["instance"].default))
    values = _from_file(folder / "settings.toml") | given
    _refuse_unknown(values)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(problem) for problem in error.errors())) from None


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    known = Settings.model_fields
    sentences = []
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else "; docs/settings.md lists all of them"
            sentences.append(f"{PREFIX}{name.upper()} is not a setting{hint}")
    if sentences:
        raise SettingsError("\n".join(sentences))


def _sentence(problem: Any) -> str:
    reason = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return reason
    name = f"{PREFIX}{str(problem['loc'][0]).upper()}"
    return f"{name} is {problem['input']!r}: {reason[0].lower()}{reason[1:]}"
