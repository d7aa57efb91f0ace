"""The limited child: what it answers, what it may not do, and that each failure has its kind."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.core.errors import Invalid
from app.providers import decoder
from app.providers.decoder import DecoderFailed, FailureKind, wire

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house of its own with the test's tasks in it: the real one has no room for misbehaving code."""
    house = tmp_path / "app"
    shutil.copytree(HERE.parents[1] / "app" / "core", house / "core")
    shutil.copytree(HERE.parents[1] / "app" / "providers" / "decoder", house / "providers" / "decoder")
    shutil.copy(HERE / "decoder_tasks.py", house / "tasks.py")
    monkeypatch.setattr(decoder, "_APP", house)
    yield


def test_values_cross_unharmed() -> None:
    data = os.urandom(100_000)
    answer = decoder.run("app.tasks:echo", data, side="front", quarters=3)
    expected = {
        "data": data, "args": {"side": "front", "quarters": 3},
        "list": [1, 2.5, None, True, b"\x00\xff"], "text": "Huế",
    }
    assert answer == expected


def test_a_refusal_crosses_with_its_parameters() -> None:
    with pytest.raises(Invalid) as caught:
        decoder.run("app.tasks:refuse", b"1234567")
    assert caught.value.message == "Ảnh này có %(n)s trang."
    assert caught.value.params == {"n": 7}


@pytest.mark.parametrize(("task", "limits", "kind"), [
    ("explode", {}, FailureKind.ERROR),
    ("eat_memory", {}, FailureKind.MEMORY),
    ("eat_time", {"cpu_seconds": 1}, FailureKind.TIME),
    ("sleep", {"wall_seconds": 0.5}, FailureKind.TIME),
    ("die", {}, FailureKind.CRASH),
    ("flood", {}, FailureKind.CRASH),
    ("no_such_function", {}, FailureKind.CRASH),
])
def test_each_failure_has_its_kind(task: str, limits: dict[str, float], kind: FailureKind) -> None:
    before = len(psutil.Process().children())
    with pytest.raises(DecoderFailed) as caught:
        decoder.run(f"app.tasks:{task}", b"secret words", **limits)
    assert caught.value.kind is kind
    assert "secret" not in str(caught.value)
    assert len(psutil.Process().children()) == before


def test_the_child_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "plain.txt"
    assert decoder.run("app.tasks:write_file", b"canary", path=str(target)) == "OSError"
    assert not target.exists() or target.read_bytes() == b""


def test_the_child_knows_no_secrets_and_no_roof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ROOT_KEY", "very secret")
    found = decoder.run("app.tasks:surroundings", b"")
    assert set(found["environment"]) <= {"LANG", "LC_CTYPE", "OPENBLAS_NUM_THREADS"}
    assert not {"flask", "sqlalchemy", "app.core.settings", "app.core.logs"} & set(found["modules"])
    assert found["descriptors"] <= 4


def test_the_input_can_be_read_as_a_path() -> None:
    assert decoder.INPUT_PATH == "/proc/self/fd/0"
    assert decoder.run("app.tasks:read_as_path", b"\x00" * 70_000) == b"\x00" * 70_000


def test_a_child_brings_little_with_it() -> None:
    """What a child imports is what its start costs; each photo starts one."""
    assert len(decoder.run("app.tasks:surroundings", b"")["modules"]) < 120


def test_garbage_is_not_an_answer() -> None:
    good = wire.pack("answer", {"a": b"123"})
    assert wire.unpack(good) == ("answer", {"a": b"123"})
    deep = b"[" * 100_000
    for bad in (b"", b"\x00", good[:-1], b"\x00\x00\x00\x02[]", b"\x00\x00\x00\x02{}", b"\xff" * 20,
                len(deep).to_bytes(4) + deep, b'\x00\x00\x00\x1b["answer",{"\\u0000bytes":-1}]'):
        with pytest.raises(ValueError):
            wire.unpack(bad)
