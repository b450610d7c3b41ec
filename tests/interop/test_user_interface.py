"""Prompts: asked by the official client, shown to and answered by a scripted viewer."""

import contextlib
import threading

import pytest
from openobd import (
    Continue,
    FreeText,
    Image,
    InterfaceType,
    Label,
    LabelTranslations,
    Numbers,
    Options,
    Result,
    ServiceResult,
    Translation,
    UiHandler,
    YesNo,
)
from openobd.core.exceptions import OpenOBDException, OpenOBDStreamStoppedException, OpenOBDStreamTimeoutException
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control

from patience import PATIENCE_S
from workshop_side import ScriptedMechanic


class Asking:
    """A question asked in its own thread, as in functions; keeps the answer or the exception."""

    def __init__(self, ui, control, **options):
        self.answer = None
        self.raised = None
        self._thread = threading.Thread(target=self._ask, args=(ui, control, options), daemon=True)
        self._thread.start()

    def _ask(self, ui, control, options):
        try:
            self.answer = ui.show_ui(control, **options)
        except Exception as error:
            self.raised = error

    def done(self):
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "nobody answered"
        return self.raised or self.answer


def receive_until_stopped(stream):
    """The end of a stream wakes one waiting thread of the client; the others notice later that the stream is closed."""
    for _ in range(10 * PATIENCE_S):
        with contextlib.suppress(OpenOBDStreamTimeoutException):
            stream.receive(timeout=0.1)


@pytest.fixture
def ui(session):
    return UiHandler(session)


@pytest.mark.parametrize(
    ("control", "kind", "choice", "answer"),
    [
        (YesNo(label="Is the ignition on?"), "control_yesno", {"yesno": True}, True),
        (YesNo(label="Is the ignition on?"), "control_yesno", {"yesno": False}, False),
        (Continue(label="Close the bonnet."), "control_continue", {"continued": True}, None),
        (FreeText(label="Mileage?"), "control_freetext", {"text": "148 000 km"}, "148 000 km"),
        (Options(label="Which side?", options=["left", "right"]), "control_options", {"option": 0}, 0),
        (Options(label="Which side?", options=["left", "right"]), "control_options", {"option": 1}, 1),
        (Numbers(label="Cylinder?", minimum=0, maximum=4), "control_number", {"number": 0}, 0),
        (Numbers(label="Cylinder?", minimum=1, maximum=4), "control_number", {"number": 4}, 4),
    ],
)
def test_every_control_brings_its_answer_typed_and_right(ui, viewer, control, kind, choice, answer):
    mechanic = ScriptedMechanic(viewer, [(kind, choice)])
    received = ui.show_ui(control)
    mechanic.done()
    assert received == answer
    assert type(received) is type(answer)


def test_a_label_without_time_is_echoed_at_once_and_stays_on_display(ui, viewer):
    assert ui.show_ui(Label(label="Reading the gearbox.")) is None
    prompt = viewer.wait_for_prompt("control_label", answered=True)
    assert viewer.ended == []
    ui.show_ui(Label(label="Reading the brakes."))
    assert viewer.wait_for_end(prompt) == "PROMPT_END_REPLACED"


# @proves Protocol and engine: The engine times labels; prompts stay until replaced or closed; first accepted answer wins
@pytest.mark.engine("--clock", "manual")
def test_the_engine_times_a_label_also_when_nobody_watches(engine, session):
    ui = UiHandler(session)
    asking = Asking(ui, Label(label="Please wait.", minimal_display_time=7))
    engine.control.wait_for_counters(prompts_on_display=1)
    engine.control.advance(session_s=6.999)
    with pytest.raises(OpenOBDStreamTimeoutException):
        ui.stream_handler.receive(timeout=0.2)
    engine.control.advance(session_s=0.001)
    assert asking.done() is None


def test_an_answered_prompt_stays_until_its_stream_closes(ui, viewer):
    mechanic = ScriptedMechanic(viewer, [("control_yesno", {"yesno": True})])
    assert ui.show_ui(YesNo(label="Engine cold?")) is True
    mechanic.done()
    prompt = viewer.wait_for_prompt("control_yesno", answered=True)
    ui.stream_handler.stop_stream()
    assert viewer.wait_for_end(prompt) == "PROMPT_END_WITHDRAWN"


def test_the_prompt_carries_translations_and_image_untouched(session, ui, viewer):
    translations = LabelTranslations(
        label="Is the ignition on?", translations=[Translation(language="de", label="Ist die Zündung an?")]
    )
    image = Image(url="https://images.example/key.png")
    asking = Asking(ui, YesNo(label="Is the ignition on?"), translations=translations, image=image)
    prompt = viewer.wait_for_prompt("control_yesno")
    assert prompt.session_id == session.id()
    assert prompt.control.translations[0].translations[0].label == "Ist die Zündung an?"
    assert prompt.control.image.url == image.url
    viewer.answer(prompt, yesno=True)
    assert asking.done() is True


# @proves Bad input: 100 KB label, right-to-left text, markup
@pytest.mark.parametrize("label", ["A" * 100_000, "لطفاً صبر کنید", "<b>not bold</b> & <script>"], ids=["100 KB", "rtl", "markup"])
def test_a_label_of_any_text_arrives_as_it_is(ui, viewer, label):
    ui.show_ui(Label(label=label))
    assert viewer.wait_for_prompt("control_label", answered=True).control.control_label.label == label


# @proves Protocol and engine: A newer stream of the same target ends the older one with OK
def test_force_display_takes_over_and_stops_the_waiting_thread(ui, viewer):
    older_stream = ui.stream_handler
    older = Asking(ui, YesNo(label="Fetch the other key?"))
    first = viewer.wait_for_prompt("control_yesno")
    newer = Asking(ui, Continue(label="Stop! The car rolls."), force_display=True)
    second = viewer.wait_for_prompt("control_continue")
    assert viewer.wait_for_end(first) == "PROMPT_END_TAKEN_OVER"
    with pytest.raises(OpenOBDStreamStoppedException):
        receive_until_stopped(older_stream)
    assert viewer.answer(first, yesno=True)[0] == "ANSWER_WITHDRAWN"
    assert viewer.answer(second, continued=True)[0] == "ANSWER_ACCEPTED"
    assert newer.done() is None
    del older


def test_customer_and_operator_are_asked_side_by_side(session, viewer):
    customer = UiHandler(session)
    operator = UiHandler(session, InterfaceType.INTERFACE_OPERATOR)
    asking_customer = Asking(customer, YesNo(label="Does the horn sound?"))
    asking_operator = Asking(operator, FreeText(label="Release code?"))
    question = viewer.wait_for_prompt("control_yesno")
    code = viewer.wait_for_prompt("control_freetext")
    assert code.control.target == InterfaceType.INTERFACE_OPERATOR
    assert set(viewer.prompts) == {question.id, code.id}
    viewer.answer(code, text="4711")
    viewer.answer(question, yesno=False)
    assert (asking_customer.done(), asking_operator.done()) == (False, "4711")


# @proves Protocol and engine: The engine times labels; prompts stay until replaced or closed; first accepted answer wins
def test_the_first_accepted_answer_wins(engine, ui, viewer):
    other = engine.viewer()
    asking = Asking(ui, Options(label="Which one?", options=["a", "b", "c"]))
    prompt = viewer.wait_for_prompt("control_options")
    assert viewer.answer(prompt, option=2)[0] == "ANSWER_ACCEPTED"
    assert other.answer(prompt, option=0)[0] == "ANSWER_ANSWERED"
    assert asking.done() == 2


def test_repeating_an_answer_brings_the_first_receipt(ui, viewer):
    asking = Asking(ui, YesNo(label="Again?"))
    prompt = viewer.wait_for_prompt("control_yesno")
    assert viewer.answer(prompt, answer_id="tap 1", yesno=True)[0] == "ANSWER_ACCEPTED"
    assert viewer.answer(prompt, answer_id="tap 1", yesno=True)[0] == "ANSWER_ACCEPTED"
    assert viewer.answer(prompt, answer_id="tap 2", yesno=True)[0] == "ANSWER_ANSWERED"
    assert asking.done() is True
    with pytest.raises(OpenOBDStreamTimeoutException):
        ui.stream_handler.receive(timeout=0.2)


@pytest.mark.parametrize(
    ("control", "choice", "detail"),
    [
        (YesNo(label="?"), {"text": "yes"}, "yes or no is asked for"),
        (YesNo(label="?"), {}, "yes or no is asked for"),
        (Continue(label="?"), {"continued": False}, "to continue is asked for"),
        (FreeText(label="?"), {"text": ""}, "a text is asked for, and not an empty one"),
        (Options(label="?", options=["a"]), {"option": 1}, "option 1 is not one of 0 to 0"),
        (Numbers(label="?", minimum=3, maximum=5), {"number": 6}, "6 is not within 3 to 5"),
        (Numbers(label="?", minimum=3, maximum=5), {"number": 2}, "2 is not within 3 to 5"),
        (Label(label="!", minimal_display_time=60), {"continued": True}, "this control takes no answer"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_the_prompt_stays(ui, viewer, control, choice, detail):
    Asking(ui, control)
    prompt = viewer.wait_for_prompt()
    assert viewer.answer(prompt, **choice) == ("ANSWER_INVALID", detail)
    assert list(viewer.prompts) == [prompt.id]


# @proves Bad input: Number out of range; minimum above maximum; no options
@pytest.mark.parametrize(
    "control",
    [
        Numbers(label="?", minimum=5, maximum=4),
        Options(label="?", options=[]),
    ],
)
def test_a_control_that_nobody_could_answer_is_refused(ui, control):
    with pytest.raises(OpenOBDException) as raised:
        ui.show_ui(control)
    assert raised.value.status == 3


def test_a_control_without_a_type_is_refused(ui):
    ui.stream_handler.send(Control(target=InterfaceType.INTERFACE_USER))
    with pytest.raises(OpenOBDException) as raised:
        ui.stream_handler.receive(timeout=PATIENCE_S)
    assert raised.value.status == 3


def test_a_control_replaced_by_its_own_asker_never_gets_a_late_answer(ui, viewer):
    ui.stream_handler.send(Control(control_yesno=YesNo(label="first")))
    first = viewer.wait_for_prompt("control_yesno", "first")
    ui.stream_handler.send(Control(control_yesno=YesNo(label="second")))
    second = viewer.wait_for_prompt("control_yesno", "second")
    assert viewer.wait_for_end(first) == "PROMPT_END_REPLACED"
    assert viewer.answer(first, yesno=True)[0] == "ANSWER_WITHDRAWN"
    assert viewer.answer(second, yesno=False)[0] == "ANSWER_ACCEPTED"
    answer = ui.stream_handler.receive(timeout=PATIENCE_S)
    assert answer.control_yesno.label == "second"
    assert answer.control_yesno.HasField("answer") and answer.control_yesno.answer is False


def test_finishing_the_session_takes_the_prompt_away(session, ui, viewer):
    Asking(ui, YesNo(label="Still there?"))
    prompt = viewer.wait_for_prompt("control_yesno")
    session.finish(ServiceResult(result=[Result.RESULT_FAILURE]))
    assert viewer.wait_for_end(prompt) == "PROMPT_END_SESSION_ENDED"
    with pytest.raises(OpenOBDStreamStoppedException):
        ui.stream_handler.receive(timeout=PATIENCE_S)


def test_a_viewer_that_comes_late_sees_the_prompt_in_its_snapshot(engine, ui, viewer):
    Asking(ui, YesNo(label="Anybody?"))
    prompt = viewer.wait_for_prompt("control_yesno")
    late = engine.viewer()
    assert [one.id for one in late.snapshots[0].prompts] == [prompt.id]


@pytest.mark.engine("--clock", "manual")
def test_an_hour_without_anybody_ends_stream_and_session(engine, session, viewer):
    ui = UiHandler(session)
    asking = Asking(ui, YesNo(label="Hello?"))
    prompt = viewer.wait_for_prompt("control_yesno")
    engine.control.advance(session_s=3599)
    assert viewer.record(session.id()).state == "active"
    engine.control.advance(session_s=1)
    record = viewer.record(session.id())
    assert (record.state, record.transitions[-1].cause) == ("failed", "the control stream was idle for an hour")
    assert viewer.wait_for_end(prompt) == "PROMPT_END_SESSION_ENDED"
    assert isinstance(asking.done(), OpenOBDStreamStoppedException)


# @proves Protocol and engine: Clients that vanish leave nothing behind
def test_prompts_and_streams_are_gone_after_the_client_is(engine, session, ui, viewer):
    Asking(ui, YesNo(label="?"))
    viewer.wait_for_prompt("control_yesno")
    ui.stream_handler.stop_stream(send_remaining_messages=False)
    session.token_handler.session_token_manager.stop_stream()
    engine.control.wait_for_counters(prompts_on_display=0, open_streams=1)


def test_a_slow_asker_is_not_hurt_by_many_labels(ui, viewer):
    for index in range(200):
        ui.show_ui(Label(label=f"Step {index}"))
    viewer.wait_for_prompt("control_label", "Step 199", answered=True)
