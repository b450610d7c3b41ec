"""Decodes a bus log in candump's format with Scapy: one JSON line on standard output for every ISO-TP message.

A line tells bus, identifier, extended address, times of first and last frame, protocol, service, decoded fields and
payload. Two more kinds of lines say what is not a message: `unfinished` (frames of one were missing) and `tp20` (a TP2.0
channel was opened; its frames are left alone).
"""

import argparse
import json
import re
import sys

from plain import decoded
from scapy.contrib.isotp import ISOTPMessageBuilder
from scapy.layers.can import CandumpReader

SINGLE_FRAME, FIRST_FRAME, CONSECUTIVE_FRAME = 0, 1, 2
# A TP2.0 channel is asked for on 0x200 and answered on 0x200 plus the address of the ECU; a positive answer names both identifiers.
TP20_SETUP_IDS = range(0x200, 0x2F0)
TP20_SETUP = {0xC0, 0xD0, 0xD6, 0xD7, 0xD8}
TP20_ACCEPTED = 0xD0


class Conversation:
    """One direction of an ISO-TP conversation. Scapy joins the frames, but continues after a wrong sequence number."""

    def __init__(self, is_extended):
        self._is_extended = is_extended
        self._start()

    def _start(self):
        self._builder = ISOTPMessageBuilder(use_ext_address=self._is_extended)

    def feed(self, frame):
        """Handles a frame; returns the message that it completes, if any, and whether it interrupted an older one."""
        data = bytes(frame.data)[1 if self._is_extended else 0 :]
        broke_off = self.is_unfinished and bool(data) and self._breaks_off(data[0])
        if broke_off:
            self._start()
        self._builder.feed(frame)
        return self._builder.pop(), broke_off

    def _breaks_off(self, first_byte):
        kind, sequence = first_byte >> 4, first_byte & 0x0F
        expected = {key[2] for key in self._builder.buckets}
        return kind in (SINGLE_FRAME, FIRST_FRAME) or (kind == CONSECUTIVE_FRAME and sequence not in expected)

    @property
    def is_unfinished(self):
        return bool(self._builder.buckets)


class BusDecoder:
    """All conversations on one bus."""

    def __init__(self, bus, extended, kwp):
        self._bus = bus
        self._extended = extended
        self._kwp = kwp
        self._conversations = {}
        self._tp20 = set()

    def lines(self, frames):
        for frame in frames:
            yield from self._frame(frame)
        for place, conversation in self._conversations.items():
            if conversation.is_unfinished:
                yield {**self._named(place), "unfinished": True}

    def _frame(self, frame):
        data = bytes(frame.data)
        identifier, is_29_bit = frame.identifier, bool(frame.flags.extended)
        if not is_29_bit and is_tp20_setup(identifier, data):
            if data[1] == TP20_ACCEPTED:
                channel = [int.from_bytes(data[at : at + 2], "little") & 0x7FF for at in (2, 4)]
                self._tp20.update(channel)
                yield {"bus": self._bus, "tp20": [f"{one:03X}" for one in channel]}
        elif data and (is_29_bit or identifier not in self._tp20):
            address = data[0] if identifier in self._extended else None
            yield from self._isotp((identifier, is_29_bit, address), frame)

    def _isotp(self, place, frame):
        identifier, _, address = place
        conversation = self._conversations.setdefault(place, Conversation(address is not None))
        message, broke_off = conversation.feed(frame)
        if broke_off:
            yield {**self._named(place), "unfinished": True}
        if message is not None and message.data:
            times = {"startedAt": float(message.time), "endedAt": float(frame.time)}
            yield {**self._named(place), **times, **decoded(bytes(message.data), identifier in self._kwp)}

    def _named(self, place):
        identifier, is_29_bit, address = place
        text = f"{identifier:08X}" if is_29_bit else f"{identifier:03X}"
        return {"bus": self._bus, "id": text, "address": None if address is None else f"{address:02X}"}


def is_tp20_setup(identifier, data):
    return identifier in TP20_SETUP_IDS and len(data) == 7 and data[1] in TP20_SETUP


def decode(path, extended, kwp):
    """The lines of a log, bus by bus."""
    with open(path, encoding="ascii") as log:
        buses = sorted({re.fullmatch(r"\([0-9.]+\) (\S+) \S+", line.rstrip("\n"))[1] for line in log})
    for bus in buses:
        with CandumpReader(str(path), bus) as frames:
            yield from BusDecoder(bus, extended, kwp).lines(frames)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    identifiers = {"type": lambda text: int(text, 16), "nargs": "*", "default": []}
    parser.add_argument("--extended", help="identifiers whose frames start with an address byte", **identifiers)
    parser.add_argument("--kwp", help="identifiers on which KWP2000 is spoken instead of UDS", **identifiers)
    arguments = parser.parse_args()
    for line in decode(arguments.log, set(arguments.extended), set(arguments.kwp)):
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
