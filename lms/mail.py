"""Mails: plain text out of a template, by SMTP, or into a folder where there is no mail server.

A template begins with its subject:

    Subject: A new password for Cares

    Dear {{ to.name }},
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import ssl
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, Protocol

from jinja2 import Environment

from lms import keys
from lms.config import Settings

log = logging.getLogger(__name__)
P = ParamSpec("P")

TIMEOUT = 10
"""Seconds that a mail server may take for each answer."""
TLS_AT_ONCE = 465
_HERE = {"localhost", "127.0.0.1", "::1"}


class Addressee(Protocol):
    """Whoever gets a mail."""

    @property
    def id(self) -> int:
        """What the log names them by."""

    @property
    def name(self) -> str:
        """As they are spoken to."""

    @property
    def email(self) -> str:
        """Where the mail goes."""


@dataclass(frozen=True)
class Attachment:
    """A file that comes with a mail."""

    name: str
    maintype: str
    subtype: str
    content: bytes
    about: Mapping[str, str] = field(default_factory=dict)
    """Parameters of its type."""


class PostOffice:
    """Sends mails for one installation. What goes wrong is logged and never stops what asked for the mail."""

    def __init__(self, settings: Settings, templates: Environment) -> None:
        self._settings, self._templates = settings, templates
        # One thread, started when first needed: forked web workers each have their own.
        self._later = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")
        self._waiting: set[Future[None]] = set()

    @property
    def organisation(self) -> str:
        """For whom it sends."""
        return self._settings.organisation

    def send(self, template: str, to: Addressee, files: Iterable[Attachment] = (), /, **values: Any) -> bool:
        """Write and send one mail, now; whether it went. Call it after the commit of what it tells."""
        try:
            message = self._write(template, to, values)
            for one in files:
                message.add_attachment(one.content, one.maintype, one.subtype, filename=one.name, params=one.about)
            self._carry(message)
        except (OSError, smtplib.SMTPException, MessageError, ValueError):
            # OSError has refused connections, time-outs and failed certificates under it.
            log.exception("mail %s for person %s was not sent", template, to.id)
            return False
        return True

    def later(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do work that sends mails after the answer to the request, so that its length tells nothing."""
        task = self._later.submit(_logged, partial(work, *args, **kwargs))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def settle(self, seconds: float = TIMEOUT) -> None:
        """Wait until what was put off is done."""
        wait(tuple(self._waiting), timeout=seconds)

    def _write(self, template: str, to: Addressee, values: dict[str, Any]) -> EmailMessage:
        text = self._templates.get_template(template).render(to=to, organisation=self._settings.organisation, **values)
        head, _, body = text.partition("\n\n")
        name, sender = parseaddr(self._settings.mail_from)
        message = EmailMessage()
        message["Subject"] = _one_line(head.removeprefix("Subject:"))
        message["From"] = Address(name, addr_spec=sender)
        message["To"] = Address(_one_line(to.name), addr_spec=to.email)
        message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        # Not wrapped or encoded: a long address must still be one that can be clicked and copied.
        message.set_content(body.strip() + "\n", cte="7bit" if body.isascii() else "8bit")
        return message

    def _carry(self, message: EmailMessage) -> None:
        if self._settings.smtp_host:
            self._by_smtp(message)
        else:
            log.info("no mail server is set (LMS_SMTP_HOST): a mail is in %s", self._into_folder(message))

    def _by_smtp(self, message: EmailMessage) -> None:
        settings, secure = self._settings, ssl.create_default_context()
        place = (settings.smtp_host, settings.smtp_port)
        with (
            smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=secure)
            if settings.smtp_port == TLS_AT_ONCE
            else smtplib.SMTP(*place, timeout=TIMEOUT)
        ) as server:
            # A server on this very machine may do without; over a network nothing goes in the clear.
            if settings.smtp_port != TLS_AT_ONCE and not self._is_plain_and_here(server):
                server.starttls(context=secure)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)

    def _is_plain_and_here(self, server: smtplib.SMTP) -> bool:
        server.ehlo()
        return self._settings.smtp_host in _HERE and not server.has_extn("starttls")

    def _into_folder(self, message: EmailMessage) -> Path:
        folder = self._settings.instance / "mail"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}.eml"
        keys.write_private(path, message.as_bytes().decode("utf-8"))
        return path


def _one_line(text: str) -> str:
    """Nothing that would begin another header."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("work put off until after the answer failed")
