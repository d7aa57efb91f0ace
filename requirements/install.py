"""Makes the virtual environment and keeps it at the pinned, hash-checked requirements.

    python3 requirements/install.py base          what the product needs at run time
    python3 requirements/install.py base dev      and what tests, checks and benches need besides

Needs Python 3.11 or newer and pip, nothing else. A set that is already there costs some milliseconds.
"""
from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SETS = ("base", "dev", "assets")


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.lock"


def stamp(name: str) -> str:
    """What the environment is when this set is in it: the interpreter, the place and every pin."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {VENV}".encode())
    digest.update(lock(name).read_bytes())
    return digest.hexdigest()


def stamp_file(name: str) -> Path:
    return VENV / f".installed-{name}"


def is_fresh(name: str) -> bool:
    """Whether this set was installed from its present lock."""
    try:
        return stamp_file(name).read_text(encoding="ascii") == stamp(name)
    except FileNotFoundError:
        return False


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def make_environment() -> None:
    """A virtual environment with pip; Debian splits ``ensurepip`` off, then the machine's pip fills it from outside."""
    if (VENV / "pyvenv.cfg").exists() and runs([str(python_of(VENV)), "-c", "import sys"]):
        return
    if runs([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], check=True)


def runs(command: list[str]) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def pip() -> list[str]:
    inside = [str(python_of(VENV)), "-m", "pip"]
    return inside if runs([*inside, "--version"]) else [sys.executable, "-m", "pip", "--python", str(python_of(VENV))]


def install(names: list[str]) -> None:
    """Install these sets in one go, wheels only: nothing is compiled, nothing comes without its hash."""
    sources = [part for name in names for part in ("-r", str(lock(name)))]
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    subprocess.run([*pip(), "install", *options, *sources], check=True)
    for name in names:
        stamp_file(name).write_text(stamp(name), encoding="ascii")


def main(names: list[str]) -> int:
    if sys.version_info < (3, 11):
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if not names or not set(names) <= set(SETS):
        print(__doc__, file=sys.stderr)
        return 1
    if all(is_fresh(name) for name in names):
        return 0
    print(f"Installing the pinned requirements ({', '.join(names)}) into {VENV.name} ...", flush=True)
    try:
        make_environment()
        install(names)
    except subprocess.CalledProcessError as error:
        print(f"This step failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
