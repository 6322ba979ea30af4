"""What hostile people, broken programs and honest typists of other scripts send."""

from __future__ import annotations

HOSTILE = (
    "",
    " ",
    "a" * 10_000,
    "é" * 10_000,
    "\0",
    "before\0after",
    "\ud800",
    "\udfff\ud800",
    "\u202eevil\u202c \u2066x\u2069",
    "😀" * 3_000,
    "👩\u200d👩\u200d👧\u200d👦",
    "Z" + "\u0300" * 4_000,
    "\ufeff",
    "\ufffe\uffff",
    "\u2028\u2029\x85",
    "\r\n\r\nSet-Cookie: a=b",
    "\t\x0b\x0c\x1b[31m",
    "-1",
    "0",
    "1e309",
    "NaN",
    "Infinity",
    "99999999999999999999999999",
    "-99999999999999999999999999",
    "9223372036854775808",
    "2147483648",
    "1" * 5_000,
    "٣",
    "²",
    "½",
    "1_000",
    "0x10",
    "true",
    "null",
    "[]",
    "{}",
    "[" * 2_000,
    '{"a":' * 2_000,
    "'; DROP TABLE person; --",
    "' OR '1'='1",
    "{{7*7}}",
    "${7*7}",
    "%s%s%n",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "//evil.example",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "2026-02-30",
    "9999-12-31",
    "0000-00-00",
    "-0001-01-01T00:00:00Z",
    "=1+1",
    "00000000-0000-0000-0000-000000000000",
    "#read(\"/etc/passwd\")",
)  # fmt: skip


def _part(name: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\nx\r\n'


BODIES = (
    ("application/json", b"[" * 100_000),
    ("application/json", b'{"a":' * 50_000),
    ("application/json", b"\xff\xfe"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(5_000))),
    ("application/x-www-form-urlencoded", b"a=" + b"x" * (4 * 1024 * 1024)),
    ("application/x-www-form-urlencoded", b"%zz=%&&&==%00=%ff"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", _part(b'a"; filename="../a\xff') + b"--x--\r\n"),
    ("multipart/form-data; boundary=x", b"".join(_part(b"f%d" % number) for number in range(5_000)) + b"--x--\r\n"),
    ("text/plain", b"hello"),
    ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("", b"\0" * 1_000),
    ("a" * 5_000, b"x"),
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"Accept": "application/json"},
    {"X-Requested-With": "fetch"},
    {"Accept": "*/*;q=NaN, a/b;q=9e999"},
    {"Accept-Language": "x" * 2_000},
    {"If-None-Match": '"' * 100},
    {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99"},
    {"Range": "bytes=-1-,9999999999999999999-"},
    {"Content-Encoding": "gzip"},
    {"Accept-Encoding": "gzip;q=x, br;q=-1, identity;q=0, *;q=0"},
    {"Authorization": "Basic \xff\xff"},
    {"Cookie": "cares=; cares-visit=.eJx; a=\xff"},
    {"X-Forwarded-For": "' OR 1=1, ::ffff:999.1.1.1"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"User-Agent": "\x1b[2J" + "A" * 3_000},
)


def encoded(fields: dict[str, list[str]]) -> bytes:
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return b"&".join(_quoted(name) + b"=" + _quoted(value) for name, value in pairs)


def _quoted(text: str) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in text.encode("utf-8", "surrogatepass")[:60_000])
