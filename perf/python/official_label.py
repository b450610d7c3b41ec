"""Rounds of labels shown and echoed with the official client; same lines as official_isotp.py."""

import json
import os
import sys
import time

from openobd import Label, OpenOBD, Result, ServiceResult, SessionTokenHandler, UiHandler

session = OpenOBD().start_session_on_connector(os.environ["OPENOBD_CONNECTOR_ID"])
SessionTokenHandler(session)
ui = UiHandler(session)
print("ready", flush=True)
for line in sys.stdin:
    samples = []
    processor = time.process_time()
    for number in range(int(line)):
        begin = time.perf_counter()
        ui.show_ui(Label(label=f"label {number}"))
        samples.append((time.perf_counter() - begin) * 1e6)
    processor = (time.process_time() - processor) * 1e6
    print(json.dumps({"samples": samples, "processor": processor}), flush=True)
ui.stream_handler.stop_stream()
session.finish(ServiceResult(result=[Result.RESULT_SUCCESS]))
