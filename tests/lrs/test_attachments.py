"""Statements with attachments: what is taken, refused and given back; signed statements."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug.test import TestResponse

from lms.lrs.statements import multipart
from lms.lrs.statements.multipart import Part
from lms.lrs.statements.signing import SIGNATURE
from tests.lrs.conftest import Lrs, made

DATA = b"\x00\r\n--not-a-boundary\r\n\xff end"
HEX = hashlib.sha256(DATA).hexdigest()


def described(data: bytes = DATA, **parts: Any) -> dict[str, Any]:
    return {
        "usageType": "http://example.org/usage",
        "display": {"en": "A file"},
        "contentType": "image/png",
        "length": len(data),
        "sha2": hashlib.sha256(data).hexdigest(),
        **parts,
    }


def part(data: bytes = DATA, **headers: str | None) -> Part:
    given = {
        "Content-Type": "image/png",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hashlib.sha256(data).hexdigest(),
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Part({name: value for name, value in ({**given, **named}).items() if value is not None}, data)


def send(lrs: Lrs, statements: Any, *parts: Part, first: str = "application/json") -> TestResponse:
    kind, body = multipart.write([Part({"Content-Type": first}, json.dumps(statements).encode()), *parts])
    return lrs.ask("POST", "statements", body, Content_Type=kind)


def parts_of(answer: TestResponse) -> list[Part]:
    assert answer.content_type.startswith("multipart/mixed; boundary=")
    return multipart.read(answer.content_type, answer.data)


def test_attachments_are_given_back_to_who_asks_for_them(lrs: Lrs) -> None:
    other = b"other"
    batch = [made(attachments=[described()]), made(attachments=[described(), described(other)]), made()]
    assert send(lrs, batch, part(), part(other)).status_code == 200
    statements, *data = parts_of(lrs.get(attachments=True, ascending=True))
    assert [one["id"] for one in json.loads(statements.content)["statements"]] == [one["id"] for one in batch]
    assert {one.content for one in data} == {DATA, other}
    for one in data:
        assert one.headers["x-experience-api-hash"] == hashlib.sha256(one.content).hexdigest()
        assert one.headers["content-transfer-encoding"] == "binary"
    assert len(parts_of(lrs.get(attachments=True, statementId=batch[0]["id"]))) == 2
    assert len(parts_of(lrs.get(attachments=True, statementId=batch[2]["id"]))) == 1
    plain = lrs.get(attachments=False)
    assert plain.mimetype == "application/json"
    assert DATA not in plain.data


def test_the_same_data_is_of_the_type_that_a_statement_gives_it(lrs: Lrs) -> None:
    ids = []
    for kind, sent in (("image/png", "image/png"), ("text/plain", "text/plain; charset=utf-8"), ("x/y \n; z", "x/y")):
        statement = made(attachments=[described(contentType=kind)])
        assert send(lrs, statement, part(Content_Type=sent)).status_code == 200
        ids.append(statement["id"])
    types = [parts_of(lrs.get(attachments=True, statementId=id_))[1].headers["content-type"] for id_ in ids]
    assert types == ["image/png", "text/plain", "x/y ; z"]


def test_a_page_ends_when_its_attachments_are_large(lrs: Lrs) -> None:
    for letter in (b"a", b"b", b"c"):
        data = letter * 5_000_000
        assert send(lrs, made(attachments=[described(data)]), part(data)).status_code == 200
    assert len(json.loads(parts_of(lrs.get(attachments=True))[0].content)["statements"]) == 2
    assert len(lrs.find()) == 3


@pytest.mark.parametrize("name", ["sha224", "sha256", "sha384", "sha512"])
def test_every_sha2_will_do(lrs: Lrs, name: str) -> None:
    digest = hashlib.new(name, DATA).hexdigest().upper()
    sent = send(lrs, made(attachments=[described(sha2=digest)]), part(X_Experience_API_Hash=digest.lower()))
    assert sent.status_code == 200


def test_data_is_not_needed_where_there_is_an_address(lrs: Lrs) -> None:
    statement = made(attachments=[described(fileUrl="http://example.org/file")])
    assert lrs.post(statement).status_code == 200
    assert send(lrs, made(attachments=[described(fileUrl="http://example.org/file")])).status_code == 200
    assert send(lrs, made()).status_code == 200


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ([], "attachments"),
        ([part(b"other")], "attachments"),
        ([part(), part(b"other")], "X-Experience-API-Hash"),
        ([part(X_Experience_API_Hash=None)], "X-Experience-API-Hash"),
        ([part(X_Experience_API_Hash="a" * 64)], "X-Experience-API-Hash"),
        ([part(X_Experience_API_Hash="abc")], "X-Experience-API-Hash"),
        ([part(Content_Transfer_Encoding=None)], "Content-Transfer-Encoding"),
        ([part(Content_Transfer_Encoding="base64")], "Content-Transfer-Encoding"),
        ([part(Content_Type="text/plain")], "Content-Type"),
        ([part(Content_Length="1")], "Content-Length"),
    ],
    ids=str,
)
def test_parts_that_do_not_fit(lrs: Lrs, parts: list[Part], where: str) -> None:
    answer = send(lrs, made(attachments=[described()]), *parts)
    assert (answer.status_code, answer.get_json()["where"]) == (400, where)
    assert lrs.find() == []


def test_data_of_a_sub_statement(lrs: Lrs) -> None:
    inner = {"objectType": "SubStatement", **made(id=None, attachments=[described()])}
    assert lrs.post(made(object=inner)).status_code == 400
    assert send(lrs, made(object=inner), part()).status_code == 200


GOOD = json.dumps(made()).encode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/mixed", b"--x\r\nContent-Type: application/json\r\n\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=", b""),
        (f"multipart/mixed; boundary={'x' * 71}", b""),
        ("multipart/mixed; boundary*0=a; boundary*=x", b""),
        ("multipart/mixed; boundary=x", b""),
        ("multipart/mixed; boundary=x", GOOD),
        ("multipart/mixed; boundary=x", b"--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\n\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: text/plain\r\n\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: application/json\r\n\r\n" + GOOD + b"\r\n--x"),
        ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: application/json\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\nContent-Type\r\n\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: \xff\r\n\r\n" + GOOD + b"\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x y\r\nContent-Type: application/json\r\n\r\n" + GOOD + b"\r\n--x--"),
    ],
    ids=lambda value: type(value).__name__,  # what is in it differs from process to process
)
def test_multipart_that_is_none(lrs: Lrs, kind: str, body: bytes) -> None:
    answer = lrs.ask("POST", "statements", body, Content_Type=kind)
    assert answer.status_code == 400
    assert lrs.find() == []


def test_multipart_as_others_write_it(lrs: Lrs) -> None:
    head = b'preamble\r\n--a b \t\r\ncontent-type: application/json; charset=utf-8\r\nX-Other: "1:2"\r\n\r\n'
    body = head + GOOD + b"\r\n--a b--\r\nepilogue"
    assert lrs.ask("POST", "statements", body, Content_Type='Multipart/Mixed; boundary="a b"').status_code == 200


# Signatures


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(strange: bool = False) -> str:
    """Of the signer; `strange`: its key is of a kind that nobody knows."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A signer")])
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, key().public_key(), 1, at, at + dt.timedelta(days=9))
    made_ = builder.sign(key(), hashes.SHA256())
    raw = made_.public_bytes(serialization.Encoding.DER)
    if strange:
        rsa_encryption = bytes.fromhex("06092a864886f70d010101")
        raw = raw.replace(rsa_encryption, rsa_encryption[:-1] + b"\x7f")
    return base64.b64encode(raw).decode()


def encoded(value: Any) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def signed(payload: Any, algorithm: str = "RS256", **header: Any) -> bytes:
    """A JSON web signature in compact form."""
    head = encoded({"alg": algorithm, **header}) + b"." + encoded(payload)
    kinds = {"RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
    return head + b"." + encoded(key().sign(head, padding.PKCS1v15(), kinds.get(algorithm, hashes.SHA256())))


def sign(lrs: Lrs, statement: dict[str, Any], jws: bytes, kind: str = "application/octet-stream") -> TestResponse:
    about = described(jws, usageType=SIGNATURE, contentType=kind)
    return send(lrs, {**statement, "attachments": [about]}, part(jws, Content_Type=kind))


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_signed_statements_are_taken(lrs: Lrs, algorithm: str) -> None:
    statement = made(
        timestamp="2026-11-23T12:00:00Z", context={"contextActivities": {"parent": {"id": "http://x.y/p"}}}
    )
    jws = signed(statement, algorithm, x5c=[certificate()])
    assert sign(lrs, statement, jws).status_code == 200
    _, data = parts_of(lrs.get(statementId=statement["id"], attachments=True))
    assert data.content == jws


def test_signatures_that_are_none(lrs: Lrs) -> None:
    statement = made()
    good = signed(statement, x5c=[certificate()])
    head, payload, signature = good.split(b".")
    for bad in (
        b"",
        b"a.b",
        good + b".x",
        b"!" + good,
        b".".join((head, payload, encoded(b"forged"))),
        b".".join((encoded(b"no json"), payload, signature)),
        b".".join((encoded([]), payload, signature)),
        signed(b"no json"),
        signed([statement]),
        signed(statement, "HS256"),
        signed(statement, "none"),
        signed(statement, alg=[]),
        signed(statement, alg={}),
        signed(made(id=statement["id"], actor={"mbox": "mailto:eve@example.org"})),
        signed(made()),
        signed(statement, x5c=["no certificate"]),
        signed(statement, x5c=[]),
        signed(statement, x5c=7),
        signed(statement, x5c=[certificate(strange=True)]),
    ):
        assert sign(lrs, statement, bad).status_code == 400, bad
    assert sign(lrs, statement, good, "text/plain").status_code == 400
    about = described(good, usageType=SIGNATURE, contentType="application/octet-stream", fileUrl="http://x.y/z")
    assert lrs.post({**statement, "attachments": [about]}).status_code == 400
    assert lrs.find() == []
    assert sign(lrs, statement, good).status_code == 200
