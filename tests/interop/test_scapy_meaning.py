"""Conversations of the official client decoded by Scapy, field by field."""


from car import can_bus, channel, configure, engine_key, gearbox_key, open_socket
from conftest import ROOT
from older_car import tp20_bus
from openobd import IsotpSocket
from openobd.communication.response_exceptions import NegativeResponseException
from openobd.communication.tp20_socket import Tp20Socket
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel
from patience import wait_until
from scapy_side import meant_on, said_on


def dtc(fields):
    system = {"Powertrain": "P", "Chassis": "C", "Body": "B", "Network": "U"}[fields["system"]]
    return f"{system}{fields['numeric_value_code']:04X}-{fields['additional_information_code']:02X}"


def with_status(record):
    return (dtc(record["dtc"]), record["status"])


# @proves The whole protocol: A second decoder reads in the bus log what the official client has said and heard, by meaning, too
def test_trouble_codes_mean_what_the_vehicle_file_says(first_car):
    socket = open_socket(first_car.bus)
    for payload in ("1902FF", "190201", "190104", "190A", "190401710001", "190606711301", "14FFFFFF", "190208"):
        socket.request(payload)
    lean = ("P0171-00", ["ConfirmedDTC", "TestFailedSinceLastClear"])
    flags = ["TestFailed", "TestFailedThisOperationCycle", "PendingDTC", "ConfirmedDTC", "TestFailedSinceLastClear"]
    glow = ("P0671-13", flags)
    lines = first_car.lines()
    answers = [fields for _, fields in meant_on(lines, "7E8")]
    every, failed, number, supported, snapshot, extended, _, after = answers
    listed = [
        [with_status(one) for one in answer["DTCAndStatusRecord"]] for answer in (every, failed, supported, after)
    ]
    assert listed == [[lean, glow], [glow], [lean, glow], []]
    assert (number["DTCCount"], number["DTCFormatIdentifier"]) == (1, "UDS-1DTCFormat")
    assert with_status(snapshot["snapshotRecord"]["dtcAndStatus"]) == lean
    (shot,) = snapshot["snapshotRecord"]["snapshots"]
    assert (shot["record_number"], shot["record_number_of_identifiers"]) == (1, 1)
    assert shot["snapshotData"] == [{"load": "F40C0CA8"}]
    assert with_status(extended["extendedDataRecord"]["dtcAndStatus"]) == glow
    assert extended["extendedDataRecord"]["extendedData"][0] == {"data_type": 1, "record": 0x01}
    asked = [fields["reportType"] for service, fields in meant_on(lines, "7E0") if service == "ReadDTCInformation"]
    assert asked == [answer["reportType"] for answer in answers if "reportType" in answer]


def test_a_refusal_has_the_same_name_for_both(first_car):
    socket = open_socket(first_car.bus)
    names = []
    for payload in (
        *("22ABCD", "A5", "22F1", "1044", "2703", "1003", "31010312", "270400000000"),
        *("2703", "270400000000", "2703", "270400000000", "2703", "270400000000", "2703", "2F230003"),
    ):
        try:
            socket.request(payload)
        except NegativeResponseException as refusal:
            names.append(type(refusal).__name__.removesuffix("Exception"))
    assert names == [
        *(
            "RequestOutOfRange",
            "ServiceNotSupported",
            "IncorrectMessageLengthOrInvalidFormat",
            "SubFunctionNotSupported",
        ),
        *(
            "ServiceNotSupportedInActiveSession",
            "SecurityAccessDenied",
            "RequestSequenceError",
            "InvalidKey",
            "InvalidKey",
        ),
        *("ExceedNumberOfAttempts", "RequiredTimeDelayNotExpired", "IncorrectMessageLengthOrInvalidFormat"),
    ]
    refused = [
        fields["negativeResponseCode"]
        for service, fields in meant_on(first_car.lines(), "7E8")
        if "Negative" in service
    ]
    assert [name[0].upper() + name[1:] for name in refused] == names


def unlock(socket, level, key):
    seed = bytes.fromhex(socket.request(f"27{level:02X}"))[2:]
    socket.request(f"27{level + 1:02X}{key(level, seed, None).hex()}")
    return seed.hex().upper()


def test_an_unlocked_routine_and_a_written_value_are_decoded_field_by_field(first_car):
    socket = open_socket(first_car.bus)
    socket.request("1003")
    seed = unlock(socket, 3, engine_key)
    socket.request("2E1001" + "3A417F00" * 4)
    socket.request("31010312")
    wait_until(lambda: socket.request("31030312") == "7103031200", "the routine is done")
    counters = socket.request("2222102211")
    lines = first_car.lines()
    asked, answered = meant_on(lines, "7E0"), meant_on(lines, "7E8")
    assert asked[0] == ("DiagnosticSessionControl", {"diagnosticSessionType": "extendedDiagnosticSession"})
    assert answered[1] == ("SecurityAccessPositiveResponse", {"securityAccessType": 3, "securitySeed": seed})
    assert asked[2][1]["securityKey"] == engine_key(3, bytes.fromhex(seed), None).hex().upper()
    assert asked[3] == ("WriteDataByIdentifier", {"dataIdentifier": 0x1001, "load": "3A417F00" * 4})
    assert answered[3] == ("WriteDataByIdentifierPositiveResponse", {"dataIdentifier": 0x1001})
    assert asked[4] == ("RoutineControl", {"routineControlType": "startRoutine", "routineIdentifier": 0x0312})
    assert asked[-1] == ("ReadDataByIdentifier", {"identifiers": [0x2210, 0x2211]})
    result = {"routineControlType": "requestRoutineResults", "routineIdentifier": 0x0312, "load": "00"}
    assert answered[-2] == ("RoutineControlPositiveResponse", result)
    assert counters == "6222103A98221106"
    assert answered[-1][1] == {"dataIdentifier": 0x2210, "load": "3A98221106"}


def test_a_download_is_decoded_with_its_address_its_blocks_and_its_bytes(first_car):
    socket = open_socket(first_car.bus, 0x7E1, 0x7E9)
    data = bytes(range(256)) * 6
    socket.request("1002")
    unlock(socket, 1, gearbox_key)
    longest = int(socket.request(f"340044{0x80000:08X}{len(data):08X}")[4:], 16)
    blocks = [data[start : start + longest - 2] for start in range(0, len(data), longest - 2)]
    for counter, block in enumerate(blocks, start=1):
        socket.request(f"36{counter:02X}{block.hex()}")
    socket.request("37")
    lines = first_car.lines()
    asked, answered = dict(meant_on(lines, "7E1")), dict(meant_on(lines, "7E9"))
    wanted = asked["RequestDownload"]
    assert (wanted["memoryAddress4"], wanted["memorySize4"]) == (0x80000, len(data))
    assert answered["RequestDownloadPositiveResponse"]["maxNumberOfBlockLength"] == f"{longest:04X}"
    sent = [fields for service, fields in meant_on(lines, "7E1") if service == "TransferData"]
    assert "".join(one["transferRequestParameterRecord"] for one in sent) == data.hex().upper()
    taken = [
        fields["blockSequenceCounter"]
        for service, fields in meant_on(lines, "7E9")
        if service.startswith("TransferData")
    ]
    assert taken == [one["blockSequenceCounter"] for one in sent] == [1, 2, 3, 4][: len(blocks)]
    assert "RequestTransferExitPositiveResponse" in answered


def test_emission_services_give_physical_values(first_car):
    socket = open_socket(first_car.bus)
    for payload in ("0100", "010C0D05", "0101", "03", "07", "0902"):
        socket.request(payload)
    answers = [fields for _, fields in meant_on(first_car.lines(), "7E8")]
    supported, values, monitor, stored, pending, vehicle = answers
    assert sorted(supported["data_records"][0]["supported_pids"]) == [
        "PID01",
        "PID04",
        "PID05",
        "PID0C",
        "PID0D",
        "PID1C",
        "PID20",
    ]
    assert [(one["pid"], one["data"]) for one in values["data_records"]] == [(0x0C, 810), (0x0D, 0), (0x05, 83)]
    assert monitor["data_records"][0]["dtc_count"] == 2
    codes = [
        [f"P{one['code1']}{one['code2']}{one['code3']}{one['code4']}" for one in codes["dtcs"]]
        for codes in (stored, pending)
    ]
    assert codes == [["P0171", "P0671"], ["P0671"]]
    (number,) = vehicle["data_records"][0]["vehicle_identification_numbers"]
    assert bytes.fromhex(number).decode() == "WFKZZZ8C9MA204417"


MIXED_ECU = """
  - name: Tow bar
    bus: drive
    request: 0x7E0
    response: 0x7E8
    sessions: [1, 9]
    troubleCodes: [{ code: P0401-00 }]
    kwp:
      identification: { "9B": { text: 1K0907383C TOW BAR WITH A LONG NAME } }
      local: { "01": { hex: 21 64 80 } }
"""


def test_tp20_beside_isotp_is_not_taken_for_it_and_kwp2000_is_understood(overhear, tmp_path):
    text = (ROOT / "vehicles" / "brinkmann-heide.yaml").read_text(encoding="utf-8")
    (tmp_path / "car.yaml").write_text(text + MIXED_ECU, encoding="utf-8")
    overheard = overhear("--vehicle", str(tmp_path / "car.yaml"))
    session = overheard.session(0, tp20_bus())
    old = Tp20Socket(session, Tp20Channel(bus_name="drive", logical_address=0x01))
    assert [old.request(one) for one in ("1089", "1A9B", "2101")][1].startswith("5A9B3033")
    old.stop_stream()
    configure(session, can_bus("drive"))
    new = IsotpSocket(session, channel(bus="drive"))
    answers = [new.request(one, silent=True) for one in ("1089", "1A9B", "1802FF00", "2101", "14FF00", "2199")]
    lines = overheard.lines(kwp=[0x7E0, 0x7E8])
    assert lines[0] == {"bus": f"{overheard.engine.connectors[0]}.drive", "tp20": ["300", "740"]}
    assert {line["id"] for line in lines[1:]} == {"7E0", "7E8"}
    assert said_on(lines, "7E8") == answers
    assert [service for service, _ in meant_on(lines, "7E8")] == [
        "StartDiagnosticSessionPositiveResponse",
        "ReadECUIdentificationPositiveResponse",
        "ReadDiagnosticTroubleCodesByStatusPositiveResponse",
        "ReadDataByLocalIdentifierPositiveResponse",
        "ClearDiagnosticInformationPositiveResponse",
        "NegativeResponse",
    ]
    assert meant_on(lines, "7E0")[0][1] == {"diagnosticSession": "standBySession"}
    assert meant_on(lines, "7E8")[4][1] == {"groupOfDTC": "allDTCs"}
