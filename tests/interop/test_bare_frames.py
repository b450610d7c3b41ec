"""Raw CAN frames of the official client."""

import pytest
from car import FRAMES, can_bus, configure
from openobd import RawSocket
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Raw_pb2 import RawChannel, RawFrame
from patience import PATIENCE_S

INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 3, 5, 9


# @proves The whole protocol: Bare CAN frames, extended and 29-bit addresses, 32 channels, four buses, keep-alive that shows nothing, terminal 15
@pytest.mark.engine("--clock", "manual")
def test_bare_frames_go_both_ways(session):
    configure(session, can_bus(protocol=FRAMES))
    socket = RawSocket(session, RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8))
    socket.send("0322f197")
    assert socket.receive(timeout=PATIENCE_S) == "101462F197456E67"
    socket.send("300000")
    assert [socket.receive(timeout=PATIENCE_S) for _ in range(2)] == ["21696E6520523420", "22322E3020544449"]
    assert socket.receive(block=False) is None
    listed = [one.raw_channel for one in session.get_configuration().channels]
    assert listed == [RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8)]
    socket.stop_stream()


@pytest.mark.parametrize(
    ("fields", "payload", "status"),
    [
        ({"request_id": 1}, "00" * 9, INVALID_ARGUMENT),
        ({}, "3E00", INVALID_ARGUMENT),
        ({"response_id": 1}, "00", INVALID_ARGUMENT),
        ({"request_id": 1, "bus_name": "isotp"}, "3E00", FAILED_PRECONDITION),
        ({"request_id": 1, "bus_name": "nowhere"}, "3E00", NOT_FOUND),
    ],
)
def test_impossible_frames_end_their_stream(session, fields, payload, status):
    configure(session, can_bus("frames", protocol=FRAMES), can_bus("isotp", pins=(3, 11)))
    stream = StreamHandler(session.open_raw_stream, outgoing_stream=True)
    stream.send(RawFrame(channel=RawChannel(**{"bus_name": "frames", **fields}), payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == status
