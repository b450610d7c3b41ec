"""Tests docs/writing-functions.md: its programs, its environment, its promised output."""

import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
from openobd import Result, ServiceResult, SessionTokenHandler, UiHandler, YesNo

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "writing-functions.md").read_text(encoding="utf-8")


def saved(folder, name):
    """A program of the page, saved with its name on the page."""
    named = dict(re.findall(r"Save this as `(\w+\.py)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL))
    path = folder / name
    path.write_text(named[name], encoding="utf-8")
    return path


@pytest.fixture
def script(tmp_path):
    assert "python read_vin.py" in PAGE
    return saved(tmp_path, "read_vin.py")


def run(script, environment, *arguments):
    command = [sys.executable, *(arguments or [script.name])]
    return subprocess.run(command, cwd=script.parent, env=environment, capture_output=True, text=True, timeout=45)


# @proves Delivery: The functions of README and docs run as they stand
def test_the_program_of_the_page_prints_the_vin_and_finishes_its_session(engine, viewer, script):
    done = run(script, engine.environment)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"VIN: [A-HJ-NPR-Z0-9]{17}\n", done.stdout)
    session = viewer.wait_for(
        lambda: next((e.session_changed for e in viewer.events if e.session_changed.state == "finished"), None)
    )
    assert list(session.service_result.result) == [1]


# @proves The whole protocol: The pages of the documentation are true
def test_the_class_of_the_page_runs_as_the_page_says(engine, viewer, tmp_path):
    script = saved(tmp_path, "name_the_car.py")
    (line,) = re.findall(r"python (-m openobd run .*)", PAGE)
    done = run(script, {**engine.environment, "PYTHONDONTWRITEBYTECODE": "1"}, *line.split())
    assert done.returncode == 0, done.stderr
    said = viewer.wait_for(lambda: [e.script_log.content for e in viewer.events if e.HasField("script_log")])
    assert re.match(r"This is a .+ with the VIN [A-HJ-NPR-Z0-9]{17}\.", said[0])
    session = viewer.wait_for(
        lambda: next((e.session_changed for e in viewer.events if e.session_changed.state == "finished"), None)
    )
    assert list(session.service_result.result) == [1]


def test_questions_are_answered_without_the_window_as_the_page_says(engine, openobd, tmp_path):
    script = saved(tmp_path, "answer_prompts.py")
    answering = subprocess.Popen(
        [sys.executable, "-u", script.name], cwd=tmp_path, env=engine.environment, stdout=subprocess.PIPE, text=True
    )
    try:
        session = openobd.start_session_on_ticket(engine.ticket)
        SessionTokenHandler(session)
        screen = UiHandler(session)
        assert screen.show_ui(YesNo(label="Is the bonnet open?")) is True
        assert answering.stdout.readline() == "Yes: Is the bonnet open?\n"
        screen.stop_stream()
        session.finish(ServiceResult(result=[Result.RESULT_SUCCESS]))
    finally:
        answering.kill()
        answering.wait()


def test_the_page_names_every_variable_that_the_engine_fixture_sets(engine):
    named = set(re.findall(r"export (OPENOBD_\w+)=", PAGE))
    given = {name for name in engine.environment if name.startswith("OPENOBD_")}
    assert named == given


def test_the_session_that_keeps_a_ticket_busy_is_interrupted_as_the_page_says(engine, openobd, tmp_path):
    forgotten = openobd.start_session_on_ticket(engine.ticket).id()
    script = saved(tmp_path, "interrupt_all.py")
    done = run(script, engine.environment)
    assert (done.returncode, done.stdout) == (0, f"interrupted {forgotten}\n"), done.stderr
    again = run(script, engine.environment)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert openobd.start_session_on_ticket(engine.ticket).id() != forgotten


@pytest.mark.parametrize("file", ["README.md", "docs/writing-functions.md", "build/bootstrap/python.mjs"])
def test_the_python_that_the_official_client_needs_is_the_one_that_is_asked_for(file):
    needed = metadata("openobd")["Requires-Python"].removeprefix(">=")
    named = re.findall(r"Python (3\.\d+) or", (ROOT / file).read_text(encoding="utf-8"))
    assert named == [needed]


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


# @proves Delivery: The functions of README and docs run as they stand
def test_the_function_of_the_readme_asks_its_question_and_prints_the_answer(engine, viewer, tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    command = [sys.executable, "-c", program]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=engine.environment, **pipes) as running:
        viewer.answer(viewer.wait_for_prompt(), yesno=True)
        out, errors = running.communicate(timeout=45)
    assert (running.returncode, out) == (0, "True\n"), errors
    session = viewer.wait_for(
        lambda: next((e.session_changed for e in viewer.events if e.session_changed.state == "finished"), None)
    )
    assert list(session.service_result.result) == [1]
