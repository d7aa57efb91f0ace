"""clamd over its local socket, by its INSTREAM command (clamd(8))."""
from __future__ import annotations

import socket
from pathlib import Path

from app.core.errors import N_, Unavailable
from app.core.logs import log_event

TIMEOUT_SECONDS = 20
PIECE = 1 << 18
NO_ANSWER = N_("Máy của phường đang trục trặc, chưa nhận được ảnh. Thử lại sau 10 phút, hoặc gọi phường.")


class ClamdAntivirus:
    """Asks the clamd that listens at ``path``. Its StreamMaxLength must be at least our largest upload."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, data: bytes) -> str | None:
        try:
            answer = self._ask(data)
        except OSError as error:
            log_event("antivirus.failed", error=type(error).__name__)
            raise Unavailable(NO_ANSWER) from error
        if answer == b"stream: OK":
            return None
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return answer[8:-6].decode("ascii", "replace")
        log_event("antivirus.failed", error="answer")
        raise Unavailable(NO_ANSWER)

    def _ask(self, data: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(TIMEOUT_SECONDS)
            line.connect(str(self.path))
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                line.sendall(len(piece).to_bytes(4) + piece)
            line.sendall(bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and (more := line.recv(4096)):
                answer += more
        return answer.rstrip(b"\0").strip()
