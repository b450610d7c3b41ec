"""Rounds of ISO-TP requests with the official client. Each line on stdin is the number of requests of one round; each
line on stdout is a JSON object with the duration of every request and the processor time of the round, in µs."""

import json
import os
import sys
import time

from openobd import (
    BusConfiguration,
    CanBitRate,
    CanBus,
    CanProtocol,
    IsotpChannel,
    IsotpSocket,
    OpenOBD,
    Result,
    ServiceResult,
    SessionTokenHandler,
)

session = OpenOBD().start_session_on_connector(os.environ["OPENOBD_CONNECTOR_ID"])
SessionTokenHandler(session)
bus = BusConfiguration(
    bus_name="perf",
    can_bus=CanBus(
        pin_plus=6, pin_min=14, can_protocol=CanProtocol.CAN_PROTOCOL_ISOTP, can_bit_rate=CanBitRate.CAN_BIT_RATE_500
    ),
)
session.configure_bus(iter([bus]))
channel = IsotpChannel(bus_name="perf", request_id=0x7E0, response_id=0x7E8)
socket = IsotpSocket(session, channel)
print("ready", flush=True)
for line in sys.stdin:
    samples = []
    processor = time.process_time()
    for _ in range(int(line)):
        begin = time.perf_counter()
        socket.request(sys.argv[1])
        samples.append((time.perf_counter() - begin) * 1e6)
    processor = (time.process_time() - processor) * 1e6
    print(json.dumps({"samples": samples, "processor": processor}), flush=True)
socket.stop_stream()
session.finish(ServiceResult(result=[Result.RESULT_SUCCESS]))
