"""docs/writing-functions.md is tried as it stands: its program, its environment, its promised output."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "writing-functions.md").read_text(encoding="utf-8")


@pytest.fixture
def script(tmp_path):
    """The program of the page, saved under the name that the page gives it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (name,) = set(re.findall(r"python (\w+\.py)", PAGE))
    path = tmp_path / name
    path.write_text(code, encoding="utf-8")
    return path


def run(script, environment):
    command = [sys.executable, script.name]
    return subprocess.run(command, cwd=script.parent, env=environment, capture_output=True, text=True, timeout=45)


def test_the_program_of_the_page_prints_the_vin_and_finishes_its_session(engine, viewer, script):
    done = run(script, engine.environment)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"VIN: [A-HJ-NPR-Z0-9]{17}\n", done.stdout)
    session = viewer.wait_for(
        lambda: next((e.session_changed for e in viewer.events if e.session_changed.state == "finished"), None)
    )
    assert list(session.service_result.result) == [1]


def test_the_page_names_every_variable_that_the_engine_fixture_sets(engine):
    named = set(re.findall(r"export (OPENOBD_\w+)=", PAGE))
    given = {name for name in engine.environment if name.startswith("OPENOBD_")}
    assert named == given


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OPENOBD_PARTNER_CLIENT_SECRET", "wrong", "invalid client"),
        ("OPENOBD_TICKET_ID", "1", "no ticket found with that number"),
    ],
)
def test_what_the_page_says_about_mistakes_is_what_one_sees(engine, script, variable, value, words):
    done = run(script, {**engine.environment, variable: value})
    assert done.returncode != 0
    assert words in done.stderr.lower()
    assert words in PAGE.lower()
