"""The tools that install and test: they refuse what is not pinned, and do not call a run green that was not whole."""
from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from requirements import assets, install
from tests.support.databases import ROOT


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The test runner, with its reports in a folder of this test."""
    module = load(ROOT / ".ci" / "test.py")
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    return module


def report(folder: Path, engine: str, *cases: tuple[str, str, str]) -> None:
    """Write a report; cases are (module, name, inner element)."""
    body = "".join(f'<testcase classname="{module}" name="{name}">{inner}</testcase>' for module, name, inner in cases)
    (folder / f"{engine}.xml").write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>", encoding="utf-8")


def story(*names: str) -> list[tuple[str, str, str]]:
    return [("tests.browser.test_story", name, "") for name in names]


def close(runner: ModuleType, failed: list[str], *, ci: bool) -> int:
    results = [outcome for engine in runner.ENGINES for outcome in runner.outcomes(engine)]
    return runner.close(failed, results, ci)


def test_a_whole_run_is_green(runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for engine in runner.ENGINES:
        report(tmp_path, engine, *story("t[on]", "t[off]"), ("tests.x", "y", ""))
    assert close(runner, [], ci=True) == 0
    said = capsys.readouterr().out
    assert "played 4 of 4 times" in said and "postgresql t[off]" in said and "Did not run: nothing." in said


@pytest.mark.parametrize(("ci", "status"), [(True, 1), (False, 0)])
def test_what_was_skipped_is_listed_and_fails_ci(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], ci: bool, status: int
) -> None:
    skipped = '<skipped message="no Chromium on this machine"/>'
    for engine in runner.ENGINES:
        report(tmp_path, engine, *story("t[on]", "t[off]"), ("tests.x", "y", skipped), ("tests.x", "z", skipped))
    assert close(runner, [], ci=ci) == status
    assert "2 test(s) on sqlite: no Chromium on this machine" in capsys.readouterr().out


@pytest.mark.parametrize("inner", ["<failure/>", "<error/>", "<skipped/>"])
def test_a_story_that_did_not_pass_is_not_counted(runner: ModuleType, tmp_path: Path, inner: str) -> None:
    for engine in runner.ENGINES:
        report(tmp_path, engine, *story("t[on]"), ("tests.browser.test_story", "t[off]", inner))
    assert close(runner, [], ci=True) == 1


def test_a_missing_report_is_not_green(runner: ModuleType, tmp_path: Path) -> None:
    report(tmp_path, "sqlite", *story("t[on]", "t[off]", "a", "b", "c"))
    (tmp_path / "postgresql.xml").unlink(missing_ok=True)
    assert close(runner, ["tests on postgresql"], ci=True) == 1


def test_a_failed_step_fails_the_run(runner: ModuleType, tmp_path: Path) -> None:
    for engine in runner.ENGINES:
        report(tmp_path, engine, *story("t[on]", "t[off]"))
    assert close(runner, ["style (ruff)"], ci=False) == 1


def test_a_step_tells_whether_its_command_went_well(runner: ModuleType) -> None:
    assert runner.step("good", [sys.executable, "-c", ""]) is True
    assert runner.step("bad", [sys.executable, "-c", "raise SystemExit(3)"]) is False


def test_a_browser_script_other_than_the_pinned_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    source = tmp_path / "htmx.min.js"
    source.write_text("alert(1)", encoding="utf-8")
    with pytest.raises(ValueError, match="not the pinned file"):
        assets.copy(source, "htmx.min.js", assets.ASSETS["htmx.org/dist/htmx.min.js"][1])
    assert not (tmp_path / "vendor").exists()
    assets.copy(source, "htmx.min.js", assets.sha256(source))
    assert assets.is_there("htmx.min.js", assets.sha256(source))
    (tmp_path / "vendor" / "htmx.min.js").write_text("changed", encoding="utf-8")
    assert not assets.is_there("htmx.min.js", assets.sha256(source))


def test_a_changed_lock_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path)
    (tmp_path / "requirements").mkdir()
    install.lock("base").write_text("one==1", encoding="ascii")
    assert not install.is_fresh("base")
    install.stamp_file("base").write_text(install.stamp("base"), encoding="ascii")
    assert install.is_fresh("base")
    install.lock("base").write_text("one==2", encoding="ascii")
    assert not install.is_fresh("base")


def test_an_unknown_set_is_refused() -> None:
    assert install.main(["everything"]) == 1
    assert install.main([]) == 1


def outside_make() -> dict[str, str]:
    """The environment without what the make that runs the tests has put into it."""
    names = ("DEMO", "HOST", "APP_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON")
    return {name: value for name, value in os.environ.items() if name not in names}


@pytest.mark.parametrize("target", ["run", "test", "bench", "lock", "check", "routes"])
def test_the_targets_are_there(target: str) -> None:
    command = ["make", "-n", target]
    done = subprocess.run(command, cwd=ROOT, env=outside_make(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "requirements/install.py" in done.stdout


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, "1 0.0.0.0"), ({"DEMO": "0", "HOST": "h"}, "0 h"), ({"APP_ENV": "production"}, "none")],
)
def test_a_run_is_a_demonstration_unless_told_otherwise(environment: dict[str, str], expected: str) -> None:
    show = "run:\n\t@echo $${DEMO:-none} $${HOST:-}\nsetup: ;\n"
    done = subprocess.run(
        ["make", "--no-print-directory", "-f", "Makefile", "-f", "-", "run"],
        cwd=ROOT, env={**outside_make(), **environment}, input=show, capture_output=True, text=True, check=False,
    )
    assert done.stdout.strip() == expected, done.stderr
