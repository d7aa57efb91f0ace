"""Reads our Python and our files: who may end a transaction, who compares secrets, how long a file may be."""
from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = 400
# names of values whose comparison must take the same time whatever they hold
SECRET_WORDS = frozenset({"signature", "hmac", "digest", "secret", "mac", "password", "otp"})


def tracked_files(root: Path = ROOT) -> list[Path]:
    """Every file of the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := root / name).is_file()]


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def too_long(files: Iterable[Path], allowed: Mapping[str, str]) -> list[str]:
    """Files over the limit that nobody gave a reason for."""
    long = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    return [f"{name}: {lines} lines" for name, lines in long.items() if lines > LINES and name not in allowed]


def stale_reasons(files: Iterable[Path], allowed: Mapping[str, str]) -> list[str]:
    """Reasons for files that are gone or short again."""
    long = {shown(path) for path in files if len(path.read_text(encoding="utf-8").splitlines()) > LINES}
    return [name for name in allowed if name not in long]


def calls(source: str, names: frozenset[str]) -> list[int]:
    """Lines that call ``something.<name>()``."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def secret_comparisons(source: str) -> list[int]:
    """Lines that compare something called a signature, digest, secret ... with ``==`` or ``!=``."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare)
        and any(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
        and any(_is_secret(side) for side in (node.left, *node.comparators))
        and not any(isinstance(side, ast.Constant) or _is_column(side) for side in (node.left, *node.comparators))
    ]


def _is_column(node: ast.expr) -> bool:
    """``Slip.token_hash``: a row is looked up by a hash, the database compares."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()


def _is_secret(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return _is_secret(node.func)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(SECRET_WORDS & set(name.lower().split("_")))


def undocumented(source: str) -> Iterator[int]:
    """Line 1 when a module has no docstring."""
    tree = ast.parse(source)
    if tree.body and ast.get_docstring(tree) is None:
        yield 1


def top_level(files: Iterable[Path], root: Path = ROOT) -> set[str]:
    return {path.relative_to(root).parts[0] for path in files}


def addresses(text: str) -> list[str]:
    """Lines of a lock that tell where from, or who may: an address, an index, a sign of a password."""
    signs = ("://", "--index", "--extra-index", "--find-links", "--trusted-host", "_auth", '"resolved"')
    return [line.strip() for line in text.splitlines() if any(sign in line for sign in signs)]


def unhashed(lock: str) -> list[str]:
    """Requirements of a pip lock that are not pinned, or have no hash."""
    joined = lock.replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [line.split()[0] for line in lines if "==" not in line.split()[0] or "--hash=sha256:" not in line]
