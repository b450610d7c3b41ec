"""python-can on the engine's socketcand: frames that cannot be sent are logged, and the bus stays usable."""

import can
import pytest
from car import join
from patience import PATIENCE_S, wait_until

pytestmark = pytest.mark.engine("--socketcand", "0")

REMOTE = can.Message(arbitration_id=0x7E0, is_remote_frame=True, dlc=8, is_extended_id=False)
LONG = can.Message(arbitration_id=0x7E0, is_fd=True, data=bytes(12), is_extended_id=False)
LONGEST = can.Message(arbitration_id=0x7E0, is_fd=True, data=b"\xff" * 64, is_extended_id=False)


@pytest.mark.parametrize("message", [REMOTE, LONG, LONGEST], ids=["remote", "12 bytes", "64 bytes"])
def test_a_frame_that_cannot_be_sent_is_logged_and_the_bus_goes_on(engine, message):
    with join(engine, f"{engine.connector}.diagnosis") as bus:
        bus.send(message)
        bus.send(can.Message(arbitration_id=0x7E0, data=bytes.fromhex("0322f19000000000"), is_extended_id=False))
        answer = bus.recv(PATIENCE_S)
        while answer is not None and answer.arbitration_id != 0x7E8:
            assert not answer.is_error_frame
            answer = bus.recv(PATIENCE_S)
        assert answer is not None and answer.data[:5].hex() == "101462f190"
        wait_until(lambda: "socketcand: frame cannot be sent" in engine.log)


def test_a_bus_that_is_not_there_is_refused(engine):
    with pytest.raises(can.CanError):
        join(engine, "nowhere.diagnosis")
