"""Mails, over real connections to a small mail server."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jinja2 import DictLoader, Environment

from lms import config
from lms.mail import Attachment, PostOffice

TEMPLATES = {"hello.txt": "Subject: Hello {{ to.name }}\n\nDear {{ to.name }},\n\n{{ address }}\n"}
ADDRESS = "https://cares.example.org/password/" + "x" * 60


@dataclass
class Someone:
    id: int = 7
    name: str = "Zoë Ng"
    email: str = "zoe@example.org"


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as is needed to take a mail, and to note how it came."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, host: str, secure: ssl.SSLContext | None, at_once: bool) -> None:
        super().__init__((host, 0), _Talk)
        self.secure, self.at_once = secure, at_once
        self.mails: list[bytes] = []
        self.heard: list[str] = []


class _Talk(socketserver.BaseRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.secure and self.server.at_once:
            self._encrypt()
        self._open()
        self._say("220 here")
        while line := self.lines.readline().decode().strip():
            self.server.heard.append(line)
            verb = line.split()[0].upper()
            if verb == "EHLO":
                offers = ["250-here", "250-8BITMIME", "250-AUTH PLAIN"]
                offers += ["250-STARTTLS"] if self.server.secure and not self.server.at_once else []
                self._say("\r\n".join([*offers, "250 SIZE"]))
            elif verb == "STARTTLS":
                self._say("220 go on")
                self._encrypt()
                self._open()
            elif verb == "AUTH":
                self._say("235 welcome")
            elif verb == "DATA":
                self._say("354 go on")
                self._take_mail()
                self._say("250 taken")
            else:
                self._say("221 bye" if verb == "QUIT" else "250 fine")

    def _take_mail(self) -> None:
        mail = b""
        while (line := self.lines.readline()) != b".\r\n":
            mail += line
        self.server.mails.append(mail)

    def _encrypt(self) -> None:
        assert self.server.secure
        self.request = self.server.secure.wrap_socket(self.request, server_side=True)

    def _open(self) -> None:
        self.lines = self.request.makefile("rb")

    def _say(self, text: str) -> None:
        self.request.sendall(text.encode() + b"\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "certificate.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def serve(certificate: Path) -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers."""
    running: list[MailServer] = []

    def start(host: str = "127.0.0.1", tls: bool = True, at_once: bool = False) -> MailServer:
        secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
        if secure:
            secure.load_cert_chain(certificate)
        running.append(MailServer(host, secure, at_once))
        threading.Thread(target=running[-1].serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return running[-1]

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def office(tmp_path: Path, server: MailServer | None = None, **values: Any) -> PostOffice:
    if server:
        host, port = server.server_address[:2]
        values |= {"smtp_host": host, "smtp_port": port}
    return PostOffice(config.load({}, instance=tmp_path, **values), Environment(loader=DictLoader(TEMPLATES)))


def send(post: PostOffice, to: Someone | None = None) -> bool:
    return post.send("hello.txt", to or Someone(), address=ADDRESS)


def test_a_mail_goes_encrypted_and_signed_in(
    tmp_path: Path, serve: Callable[..., MailServer], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = serve()
    assert send(office(tmp_path, server, smtp_user="cares", smtp_password="geheim"))
    verbs = [line.split()[0].upper() for line in server.heard]
    assert verbs.index("STARTTLS") < verbs.index("AUTH") < verbs.index("DATA")
    mail = email.message_from_bytes(server.mails[0], policy=default)
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "Hello Zoë Ng",
        "Cares <cares@localhost>",
        "Zoë Ng <zoe@example.org>",
    )
    assert ADDRESS in server.mails[0].decode().splitlines(), "a long address stays in one piece"
    assert "Dear Zoë Ng," in mail.get_content()


def test_a_server_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, serve: Callable[..., MailServer], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    assert not send(office(tmp_path, server, smtp_user="cares", smtp_password="geheim"))
    assert not server.mails
    assert "AUTH" not in " ".join(server.heard)
    assert "for person 7 was not sent" in caplog.text
    assert "zoe@example.org" not in caplog.text


def test_nothing_goes_in_the_clear_over_a_network(tmp_path: Path, serve: Callable[..., MailServer]) -> None:
    server = serve(host="127.0.0.2", tls=False)
    assert not send(office(tmp_path, server))
    assert not server.mails


def test_a_server_on_the_same_machine_may_do_without(tmp_path: Path, serve: Callable[..., MailServer]) -> None:
    server = serve(tls=False)
    assert send(office(tmp_path, server))
    assert len(server.mails) == 1


def test_a_server_that_is_not_there_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not send(office(tmp_path, smtp_host="127.0.0.1", smtp_port=1))
    assert "for person 7 was not sent" in caplog.text


@pytest.mark.parametrize(
    "name", ["Zoë\r\nBcc: all@example.org", "Zoë\nSubject: x", "Zoë\0\x85Bcc: a", 'Z "Q" <x@y>,', "Ng, Zoë", "\u202eZ"]
)
def test_a_name_cannot_become_a_header(tmp_path: Path, name: str) -> None:
    assert send(office(tmp_path), Someone(name=name))
    (path,) = tmp_path.glob("mail/*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert sorted(mail.keys()) == sorted(
        [
            "Subject",
            "From",
            "To",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ]
    )
    assert [address.addr_spec for address in mail["To"].addresses] == ["zoe@example.org"]


def test_work_put_off_is_done_and_its_failure_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    post, done = office(tmp_path), []
    post.later(lambda: 1 // 0)
    post.later(done.append, 1)
    post.settle()
    assert done == [1]
    assert "ZeroDivisionError" in caplog.text


def test_a_file_arrives_as_it_was(
    tmp_path: Path, serve: Callable[..., MailServer], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server, content = serve(), "Zuhören\r\nfrom\r\n.\r\n".encode()
    file = Attachment("day.ics", "text", "calendar", content, {"charset": "utf-8", "method": "PUBLISH"})
    assert office(tmp_path, server).send("hello.txt", Someone(), [file], address=ADDRESS)
    mail = email.message_from_bytes(server.mails[0], policy=default)
    (found,) = mail.iter_attachments()
    assert (found.get_filename(), found.get_payload(decode=True)) == ("day.ics", content)
    assert dict(found["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert ADDRESS in server.mails[0].decode().splitlines()
