"""The scanner's door: what is found is named, and silence is a refusal."""
from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.providers.antivirus.clamd import ClamdAntivirus
from app.providers.antivirus.memory import EICAR, MemoryAntivirus


@contextmanager
def clamd(path: Path, *, answer: bytes | None = None) -> Iterator[list[bytes]]:
    """A scanner that speaks clamd's INSTREAM and knows EICAR; or always gives ``answer``."""
    seen: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(self.rfile.read(4)):
                data += self.rfile.read(size)
            seen.append(data)
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
            self.wfile.write(found if answer is None else answer)

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def test_memory_scanner_finds_the_test_file() -> None:
    assert MemoryAntivirus().find(b"a" + EICAR + b"b") == "EICAR"
    assert MemoryAntivirus().find(b"an honest picture") is None


def test_clamd_gets_every_byte_and_its_word_counts(tmp_path: Path) -> None:
    data = bytes(range(256)) * 4000
    with clamd(tmp_path / "clamd") as seen:
        scanner = ClamdAntivirus(tmp_path / "clamd")
        assert scanner.find(data) is None
        assert scanner.find(data + EICAR) == "Eicar-Test-Signature"
    assert seen == [data, data + EICAR]


@pytest.mark.parametrize("answer", [b"", b"stream: ERROR\0", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0"])
def test_any_other_answer_is_a_refusal(tmp_path: Path, answer: bytes) -> None:
    with clamd(tmp_path / "clamd", answer=answer), pytest.raises(Unavailable):
        ClamdAntivirus(tmp_path / "clamd").find(b"x")


def test_nobody_there_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        ClamdAntivirus(tmp_path / "clamd").find(b"x")
