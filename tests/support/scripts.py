"""Our own browser scripts, read by a parser that knows nothing newer than ES5."""
from __future__ import annotations

import subprocess

from requirements import assets

_PARSE = """
const acorn = require('acorn');
let text = '';
process.stdin.on('data', d => text += d).on('end', () => {
  try { acorn.parse(text, {ecmaVersion: 5}); } catch (error) { console.log(error.message); process.exit(1); }
});
"""


def es5_fault(source: str) -> str | None:
    """Why this is no ES5, or None. Needs Node and ``npm ci`` (``make setup-dev``)."""
    node = assets.node()
    assert node is not None, "no node: make setup-dev brings one"
    done = subprocess.run(
        [node, "-e", _PARSE], input=source, capture_output=True, text=True, cwd=assets.ROOT, timeout=60, check=False
    )
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip()
