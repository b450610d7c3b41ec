"""A foreign diagnostic function: the unmodified PyPI client, nothing of this project.

It takes the OPENOBD_* variables of the environment (as "Copy connection" gives them), starts its own session on the
ticket, claims it, shows every control type and talks ISO-TP. Each step prints one JSON line; exit code 0 means that
all of them were done. Options only adapt it to the car and the workshop:

    python foreign_function.py [--image-url URL] [--request-id 7E0] [--response-id 7E8]
"""

import argparse
import json
import logging
import os
import sys
import threading

from openobd import (
    BusConfiguration,
    CanBitRate,
    CanBus,
    CanProtocol,
    Continue,
    FreeText,
    Image,
    InterfaceType,
    IsotpChannel,
    IsotpSocket,
    Label,
    LabelTranslations,
    Numbers,
    OpenOBD,
    Options,
    Result,
    ScriptLogHandler,
    ServiceResult,
    SessionTokenHandler,
    Translation,
    UiHandler,
    YesNo,
)
from openobd.core.exceptions import OpenOBDStreamStoppedException


def tell(step, **values):
    print(json.dumps({"step": step, **values}), flush=True)


def answered(step, answer):
    tell(step, answer=answer, type=type(answer).__name__)


def translated(text, **languages):
    translations = [Translation(language=language, label=label) for language, label in languages.items()]
    return LabelTranslations(label=text, translations=translations)


def ask_everything(ui, image_url):
    question = "Is the tailgate closed?"
    answered("label", ui.show_ui(Label(label="Preparing the camera check.", minimal_display_time=1)))
    answered(
        "yesno",
        ui.show_ui(
            YesNo(label=question),
            translated(question, de="Ist die Heckklappe zu?", nl="Is de achterklep dicht?", fr="Le hayon est-il fermé ?"),
        ),
    )
    answered("continue", ui.show_ui(Continue(label="Place the target in front of the car.")))
    answered("freetext", ui.show_ui(FreeText(label="Which label is on the camera?")))
    choice = "Which camera is fitted?"
    kinds = ["Mono", "Stereo", "None"]
    answered(
        "options",
        ui.show_ui(
            Options(label=choice, options=kinds),
            [
                translated(choice, de="Welche Kamera ist verbaut?"),
                translated("None", de="Keine"),
            ],
            image=Image(url=image_url) if image_url else None,
        ),
    )
    answered("number", ui.show_ui(Numbers(label="How many targets stand there?", minimum=1, maximum=4)))
    answered("large-number", ui.show_ui(Numbers(label="Distance to the target in mm?", minimum=500, maximum=12000)))


def interrupt_a_question(ui):
    """While the mechanic has a question on the screen, a question to the operator is replaced by an urgent one."""
    outcome = []

    def wait_for_answer():
        try:
            outcome.append(ui.show_ui(YesNo(label="Nobody gets to answer this.")))
        except OpenOBDStreamStoppedException as stopped:
            outcome.append(type(stopped).__name__)

    thread = threading.Thread(target=wait_for_answer)
    thread.start()
    operator = UiHandler(ui.openobd_session, InterfaceType.INTERFACE_OPERATOR)
    answered("operator", operator.show_ui(YesNo(label="Is the lift about to move?")))
    operator.stop_stream()
    answered("force-display", ui.show_ui(Continue(label="Stop: the lift is moving."), force_display=True))
    thread.join(timeout=10)
    tell("interrupted-question", outcome=outcome[0] if outcome else "still waiting")


def identify(session, request_id, response_id):
    bus = BusConfiguration(
        bus_name="diagnosis",
        can_bus=CanBus(
            pin_plus=6,
            pin_min=14,
            can_protocol=CanProtocol.CAN_PROTOCOL_ISOTP,
            can_bit_rate=CanBitRate.CAN_BIT_RATE_500,
        ),
    )
    session.configure_bus(iter([bus]))
    socket = IsotpSocket(session, IsotpChannel(bus_name="diagnosis", request_id=request_id, response_id=response_id))
    try:
        reply = socket.request("22F190")
        tell("vin", payload=reply, vin=bytes.fromhex(reply[6:]).decode("ascii"))
        tell("refused", payload=socket.request("22FFFF", silent=True))
    finally:
        socket.stop_stream()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--image-url", default=os.environ.get("STORY_IMAGE_URL"))
    options.add_argument("--request-id", default="7E0", type=lambda text: int(text, 16))
    options.add_argument("--response-id", default="7E8", type=lambda text: int(text, 16))
    chosen = options.parse_args()

    session = OpenOBD().start_session_on_ticket(os.environ["OPENOBD_TICKET_ID"])
    tell("started", session_id=session.id())
    SessionTokenHandler(session)
    tell("claimed")

    logger = logging.getLogger("camera check")
    logger.setLevel(logging.INFO)
    script_log = ScriptLogHandler(session)
    logger.addHandler(script_log)
    logger.info("Camera check started")

    result = ServiceResult(result=[Result.RESULT_FAILURE_RUNTIME_ERROR], description="Ended by an exception")
    try:
        ui = UiHandler(session)
        ask_everything(ui, chosen.image_url)
        interrupt_a_question(ui)
        identify(session, chosen.request_id, chosen.response_id)
        logger.warning("Camera check ends")
        ui.stop_stream()
        tell("prompt-closed")
        result = ServiceResult(result=[Result.RESULT_SUCCESS], description="Camera checked")
    finally:
        logger.removeHandler(script_log)
        script_log.close()
        session.finish(result)
    tell("finished")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        tell("failed", error=str(error))
        sys.exit(1)
