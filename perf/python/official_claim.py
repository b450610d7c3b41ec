"""Rounds of "claim a session and show the first prompt" with the official client. Each line on stdin is one round:
the port through which the session is reached; each line on stdout is its duration in ms, from the claim to the echo of
the first label."""

import json
import os
import sys
import time

from openobd import Label, OpenOBD, OpenOBDSession, Result, ServiceResult, SessionTokenHandler, UiHandler

openobd = OpenOBD()
print("ready", flush=True)
for line in sys.stdin:
    info = openobd.start_session_on_connector(os.environ["OPENOBD_CONNECTOR_ID"]).session_info
    info.grpc_port = int(line)
    begin = time.perf_counter()
    session = OpenOBDSession(info)
    SessionTokenHandler(session)
    ui = UiHandler(session)
    ui.show_ui(Label(label="first prompt"))
    duration = (time.perf_counter() - begin) * 1e3
    ui.stream_handler.stop_stream()
    session.finish(ServiceResult(result=[Result.RESULT_SUCCESS]))
    print(json.dumps({"samples": [duration], "processor": 0}), flush=True)
