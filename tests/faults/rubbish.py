"""What nobody types and somebody sends: texts, headers, kinds of content, bytes at a port."""
from __future__ import annotations

TEXTS = [
    "", " ", "\x00", "a\x00b", "\x00" * 70, "\ufeff", "\u202eevil", "\ud7ff", "\uffff", "𝕏" * 9, "é" * 300, "A" * 9_000,
    "'", '"', "';--", "%s%n%d", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "../../etc/passwd", "..\\..\\",
    "-1", "0", "1e309", "NaN", "99999999999999999999", "0x10", "١٢٣٤٥٦", "²", "2026-02-30", "9999-99-99", "0000-00-00",
    "true", "null", "[]", "{}", "\r\nSet-Cookie: x=1", "K7M49QXT", "k7m4 9qxt", "+84905000111", "046045000001", "::1",
    "http://[", "//evil.vn", "\t", "a=b&c=d", "%00", "%ff", "\\u0000", "0" * 400, "1" * 64, "d" * 64, "_", "None",
    "__class__", "on", "xem-lai", "grant", "decline", "turn", "reset", "disable", "add", "confirm",
]
NAMES = ["act", "sure", "photo", "code", "secret", "ma", "tu", "ve", "how", "q", "roles", "papers"]
PARTS = ["%00", "%FF%FE", "..", "x" * 900, "%2F", "K7M49QXT", "0", "-1", "²", "%0d%0a", "'"]
QUERIES = ["ve=", "ma=", "tim=", "sau=", "lan=", "trang=", "q=", "ngay="]
FILES = ["photo", "proofs", "id_photo", "result", "file"]
HEADERS = {
    "Cookie": [
        "session=", "session=\x7f; form=%%%", "form=AAAA", "view=...;;;", "session=é", "form=" + "A" * 4000, "=;=;",
        "view=m.l.xl.vi",
    ],
    "Accept-Encoding": ["gzip;q=0", "gzip;q=x", ";;;", "*", "identity;q=0", "gzip, gzip"],
    "Accept-Language": ["x" * 500, "vi;q=é", ",,,"],
    "HX-Request": ["true", "false", "\xff"],
    "HX-Target": ["page", "#", "div#page", "x" * 300, "é", "title", "main"],
    "HX-History-Restore-Request": ["true"],
    "X-Forwarded-For": ["1.2.3.4", "é", ",,,"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Range": ["bytes=0-1", "bytes=-", "x"],
    "If-None-Match": ["*", '"x"'],
    "If-Modified-Since": ["yesterday"],
    "Referer": ["http://[", "http://127.0.0.1/x", "é"],
    "User-Agent": ["", "\xff" * 20, "x" * 5000],
    "Content-Length": ["0"],
}
TYPES = [
    "application/x-www-form-urlencoded; charset=x", "multipart/form-data", "multipart/form-data; boundary=", "text/plain",
    "", "application/json", 'multipart/form-data; boundary="', "application/x-www-form-urlencoded; charset=utf-16", "é/é",
]
_POST = b"POST /xem HTTP/1.1\r\nHost: localhost\r\n"
LINES = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    _POST + b"Content-Length: 99\r\n\r\nshort",
    b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    b"GET / HTTP/9.9\r\n\r\n",
    b"G" * 9000,
    b"GET / HTTP/1.1\r\nHost: evil.vn\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    _POST + b"Content-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"\xff" * 99 + b"\r\n\r\n",
    _POST + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 20\r\n\r\n--x\r\nContent-Disposi",
]
