"""Story of a foreign function: the unchanged program in a process of its own, and a mechanic who answers it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openobd import SessionId

STORIES = Path(__file__).parent / "stories"
IMAGE = "http://127.0.0.1:9/camera.png"


class Program:
    """A Python program that prints its steps as JSON lines."""

    def __init__(self, script, environment, *arguments):
        command = [sys.executable, str(script), *arguments]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)

    def done(self):
        """Waits for its end; returns its exit code, its steps by name and their order."""
        output, _log = self._process.communicate(timeout=45)
        lines = [json.loads(line) for line in output.splitlines()]
        return self._process.returncode, {line["step"]: line for line in lines}, [line["step"] for line in lines]

    def kill(self):
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def program(engine):
    programs = []

    def start(*arguments):
        programs.append(Program(STORIES / "foreign_function.py", engine.environment, *arguments))
        return programs[-1]

    yield start
    for one in programs:
        one.kill()


def answer(viewer, label, **choice):
    prompt = viewer.wait_for_prompt(label=label)
    outcome, detail = viewer.answer(prompt, **choice)
    assert outcome == "ANSWER_ACCEPTED", detail
    return prompt


def answer_everything(viewer):
    """Answers as mechanic and operator; returns the prompts by label."""
    seen = [
        answer(viewer, "Is the tailgate closed?", yesno=False),
        answer(viewer, "Place the target in front of the car.", continued=True),
        answer(viewer, "Which label is on the camera?", text="MFK 3.0 – größer"),
        answer(viewer, "Which camera is fitted?", option=0),
        answer(viewer, "How many targets stand there?", number=4),
        answer(viewer, "Distance to the target in mm?", number=12000),
    ]
    interrupted = viewer.wait_for_prompt(label="Nobody gets to answer this.")
    seen.append(answer(viewer, "Is the lift about to move?", yesno=True))
    last = answer(viewer, "Stop: the lift is moving.", continued=True)
    assert viewer.wait_for_end(interrupted) == "PROMPT_END_TAKEN_OVER"
    return {prompt.control.WhichOneof("ControlType"): prompt for prompt in seen}, last


# @proves Stories: A function of somebody else asks by the official client: every kind of control, typed answers, translations, image, operator, `force_display`, ISO-TP
def test_a_foreign_function_gets_typed_answers_and_its_prompts_are_withdrawn(engine, viewer, program):
    running = program("--image-url", IMAGE)
    prompts, last = answer_everything(viewer)
    code, steps, order = running.done()

    assert code == 0, steps.get("failed")
    answers = {step: (line["type"], line["answer"]) for step, line in steps.items() if "answer" in line}
    assert answers == {
        "label": ("NoneType", None),
        "yesno": ("bool", False),
        "continue": ("NoneType", None),
        "freetext": ("str", "MFK 3.0 – größer"),
        "options": ("int", 0),
        "number": ("int", 4),
        "large-number": ("int", 12000),
        "operator": ("bool", True),
        "force-display": ("NoneType", None),
    }
    assert steps["interrupted-question"]["outcome"] == "OpenOBDStreamStoppedException"
    assert steps["refused"]["payload"] == "7F2231"
    assert re.fullmatch("[A-HJ-NPR-Z0-9]{17}", steps["vin"]["vin"])
    assert order[:2] == ["started", "claimed"] and order[-2:] == ["prompt-closed", "finished"]
    assert viewer.wait_for_end(last) == "PROMPT_END_WITHDRAWN"
    assert viewer.prompts == {}

    record = viewer.record(steps["started"]["session_id"])
    assert (record.state, record.accepted_finishes) == ("finished", 1)
    assert record.service_result.description == "Camera checked"
    engine.control.wait_for_counters(open_sessions=0, configured_buses=0, open_channels=0)


def test_a_foreign_functions_prompts_carry_translations_image_and_target(viewer, program):
    running = program("--image-url", IMAGE)
    prompts, _ = answer_everything(viewer)
    assert running.done()[0] == 0

    options = prompts["control_options"].control
    assert options.image.url == IMAGE
    assert {one.label: {t.language: t.label for t in one.translations} for one in options.translations} == {
        "Which camera is fitted?": {"de": "Welche Kamera ist verbaut?"},
        "None": {"de": "Keine"},
    }
    assert prompts["control_freetext"].control.target == 1
    assert prompts["control_yesno"].control.target == 2


def test_a_foreign_functions_log_reaches_the_workshop(viewer, program):
    running = program()
    answer_everything(viewer)
    assert running.done()[0] == 0

    def said():
        return [(one.script_log.content, one.script_log.level) for one in viewer.events if one.HasField("script_log")]

    viewer.wait_for(lambda: len(said()) >= 2)
    assert said() == [("Camera check started", 2), ("Camera check ends", 3)]


def test_a_foreign_function_on_a_busy_ticket_says_so_and_fails(engine, openobd, program):
    openobd.start_session_on_ticket(engine.ticket)
    code, steps, order = program().done()
    assert (code, order) == (1, ["failed"])
    assert "already in use" in steps["failed"]["error"]


def test_a_foreign_function_whose_session_is_interrupted_ends_instead_of_hanging(viewer, openobd, program):
    running = program()
    prompt = viewer.wait_for_prompt(label="Is the tailgate closed?")
    openobd.interrupt_session(SessionId(value=prompt.session_id))
    code, steps, _ = running.done()
    assert code == 1
    assert viewer.wait_for_end(prompt) == "PROMPT_END_SESSION_ENDED"
    assert viewer.record(prompt.session_id).state == "interrupted"


def test_two_foreign_functions_on_two_tickets_do_not_disturb_each_other(engine, viewer):
    def waiting(label):
        """The prompts of both programs with this label, once both are displayed."""
        shown = [one for one in viewer.prompts.values() if label in str(one.control)]
        return shown if len(shown) == 2 else None

    environments = [{**engine.environment, "OPENOBD_TICKET_ID": ticket} for ticket in engine.tickets[:2]]
    programs = [Program(STORIES / "foreign_function.py", environment) for environment in environments]
    try:
        first = viewer.wait_for(lambda: waiting("Is the tailgate closed?"))
        assert len({prompt.session_id for prompt in first}) == 2
        for prompt in first:
            assert viewer.answer(prompt, yesno=True)[0] == "ANSWER_ACCEPTED"
        assert viewer.wait_for(lambda: waiting("Place the target in front of the car."))
    finally:
        for one in programs:
            one.kill()
