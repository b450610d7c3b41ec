"""The buses and channels of the simulated cars for the official client and independent CAN tools."""

import can
import isotp
from openobd import IsotpSocket, RawSocket, Result, ServiceResult
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpChannel
from openobd_protocol.Communication.Messages.Raw_pb2 import RawChannel
from openobd_protocol.Configuration.Messages import CanBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from patience import PATIENCE_S, wait_until

BIT_RATES = {500: CanBus_pb2.CAN_BIT_RATE_500, 250: CanBus_pb2.CAN_BIT_RATE_250, 125: CanBus_pb2.CAN_BIT_RATE_125}
FRAMES = CanBus_pb2.CAN_PROTOCOL_FRAMES


def can_bus(name="diagnosis", pins=(6, 14), kbit=500, protocol=CanBus_pb2.CAN_PROTOCOL_ISOTP, **fields):
    definition = CanBus_pb2.CanBus(
        pin_plus=pins[0], pin_min=pins[1], can_protocol=protocol, can_bit_rate=BIT_RATES[kbit], **fields
    )
    return BusConfiguration(bus_name=name, can_bus=definition)


def configure(session, *buses):
    session.configure_bus(iter(buses))


def channel(request=0x7E0, response=0x7E8, bus="diagnosis", **fields):
    return IsotpChannel(bus_name=bus, request_id=request, response_id=response, **fields)


def open_socket(session, *args, **fields):
    """A socket of the official client on the diagnosis bus."""
    return IsotpSocket(session, channel(*args, **fields))


def listen(session, identifier, bus="comfort"):
    """An open channel of raw frames with one identifier, on a bus that is configured for them."""
    channel = RawChannel(bus_name=bus, response_id=identifier)
    socket = RawSocket(session, channel)
    wait_until(
        lambda: channel in [one.raw_channel for one in session.get_configuration().channels], "the channel was opened"
    )
    return socket


def success():
    """The result of a successful session."""
    return ServiceResult(result=[Result.RESULT_SUCCESS])


def text(response):
    """The value in a positive answer to one data identifier."""
    return bytes.fromhex(response)[3:].decode("ascii")


def join(engine, bus):
    """python-can on a bus of a car, over socketcand."""
    return can.Bus(interface="socketcand", host=engine.host, port=engine.socketcand, channel=bus)


def engine_key(level, seed, params):
    """Key of the engine of the car on the first lift, as udsoncan asks for it."""
    word = int.from_bytes(seed, "big") ^ 0x4C554E41
    word = ((word << 7) | (word >> 25)) & 0xFFFFFFFF
    return ((word + 0x00C0FFEE) & 0xFFFFFFFF).to_bytes(4, "big")


def gearbox_key(level, seed, params):
    """Key of its gearbox."""
    word = (int.from_bytes(seed, "big") + 0x1F2E3D4C) & 0xFFFFFFFF
    return (word ^ 0xA5A5A5A5).to_bytes(4, "big")


class IsotpTester:
    """can-isotp on a bus of a car: an ISO-TP implementation independent of the engine's."""

    def __init__(self, bus, address, **parameters):
        # On a busy machine the peer must not seem to be gone.
        unhurried = {"rx_flowcontrol_timeout": PATIENCE_S * 1000, "rx_consecutive_frame_timeout": PATIENCE_S * 1000}
        self._notifier = can.Notifier(bus, [], timeout=0.05)
        self.errors = []
        self.stack = isotp.NotifierBasedCanStack(
            bus, self._notifier, address=address, params={**unhurried, **parameters}, error_handler=self.errors.append
        )
        self.stack.start()

    def request(self, payload, timeout=PATIENCE_S):
        self.stack.send(bytes.fromhex(payload))
        answer = self.receive(timeout)
        return None if answer is None else answer.hex().upper()

    def receive(self, timeout=PATIENCE_S):
        return self.stack.recv(block=True, timeout=timeout)

    def close(self):
        self.stack.stop()
        self._notifier.stop()
