"""Rounds of "start a session, claim it and show the first prompt" with the official client, each as a new program would
do it: sign in, start, claim, ask. Each line on stdin is one round: the port through which the platform is reached; each
line on stdout is its duration in ms until the echo of the first label."""

import json
import os
import sys
import time

from openobd import Label, OpenOBD, OpenOBDSession, Result, ServiceResult, SessionTokenHandler, UiHandler
from openobd.core.arguments import ConnectionArguments
from openobd.core.openobd import SingletonMeta

print("ready", flush=True)
for line in sys.stdin:
    SingletonMeta._instances.clear()
    arguments = ConnectionArguments.from_environment_variables()
    arguments.grpc_port = int(line)
    begin = time.perf_counter()
    info = OpenOBD(arguments).start_session_on_connector(os.environ["OPENOBD_CONNECTOR_ID"]).session_info
    # The engine reports its own port; calls must take the same path as those of the controller.
    info.grpc_port = arguments.grpc_port
    session = OpenOBDSession(info)
    SessionTokenHandler(session)
    ui = UiHandler(session)
    ui.show_ui(Label(label="first prompt"))
    duration = (time.perf_counter() - begin) * 1e3
    ui.stream_handler.stop_stream()
    session.finish(ServiceResult(result=[Result.RESULT_SUCCESS]))
    print(json.dumps({"samples": [duration], "processor": 0}), flush=True)
