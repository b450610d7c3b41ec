"""Deep diagnostics of the simulated ECUs, judged by udsoncan over can-isotp and the engine's socketcand."""


import isotp
import pytest
import udsoncan
from car import engine_key, gearbox_key, join
from patience import PATIENCE_S, wait_for_answer, wait_until
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection
from udsoncan.exceptions import NegativeResponseException
from udsoncan.ResponseCode import ResponseCode

pytestmark = pytest.mark.engine("--socketcand", "0")


@pytest.fixture
def uds(engine):
    """Makes clients for ECUs of the car on the first connector."""
    made = []

    def make(txid, rxid, key=None):
        bus = join(engine, "can0")
        address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=txid, rxid=rxid)
        config = dict(udsoncan.configs.default_client_config)
        config["data_identifiers"] = {
            "default": "B",
            0x2210: ">H",
            0x2211: "B",
            0x2103: "B",
            0x2300: "B",
            0xF15A: "4B",
            0xF40C: "2B",
        }
        config["input_output"] = {0x2300: "B"}
        config["use_server_timing"] = False
        config["p2_timeout"] = PATIENCE_S
        config["security_algo"] = key
        config["extended_data_size"] = 2
        client = Client(PythonIsoTpConnection(isotp.CanStack(bus, address=address)), request_timeout=PATIENCE_S, config=config)
        client.open()
        made.append((client, bus))
        return client

    yield make
    for client, bus in made:
        client.close()
        bus.shutdown()


def refused_with(code, action, *arguments, **fields):
    with pytest.raises(NegativeResponseException) as refused:
        action(*arguments, **fields)
    assert refused.value.response.code == code


def value(client, identifier):
    return client.read_data_by_identifier(identifier).service_data.values[identifier][0]


def answered(client):
    """Waits until an ECU that boots answers again."""
    client.set_config("p2_timeout", 2)
    wait_for_answer(client.tester_present, refused_with=udsoncan.exceptions.TimeoutException)
    client.set_config("p2_timeout", PATIENCE_S)


# @proves The whole protocol: UDS with sessions, security, routines, transfers, trouble codes; state that survives a request and resets as it should
def test_security_access_opens_a_routine_that_changes_values(uds):
    client = uds(0x7E0, 0x7E8, engine_key)
    refused_with(ResponseCode.ServiceNotSupportedInActiveSession, client.request_seed, 3)
    client.change_session(3)
    refused_with(ResponseCode.SecurityAccessDenied, client.start_routine, 0x0312)
    client.unlock_security_access(3)
    client.start_routine(0x0312)
    wait_until(
        lambda: client.get_routine_result(0x0312).service_data.routine_status_record == b"\x00", "the routine is done"
    )
    assert (value(client, 0x2210), value(client, 0x2211)) == (15000, 6)


# @proves The whole protocol: UDS with sessions, security, routines, transfers, trouble codes; state that survives a request and resets as it should
def test_wrong_keys_lock_the_ecu(uds):
    client = uds(0x7E0, 0x7E8)
    client.change_session(3)
    for code in (ResponseCode.InvalidKey, ResponseCode.InvalidKey, ResponseCode.ExceedNumberOfAttempts):
        client.request_seed(3)
        refused_with(code, client.send_key, 4, b"\x00\x00\x00\x00")
    refused_with(ResponseCode.RequiredTimeDelayNotExpired, client.request_seed, 3)


def test_trouble_codes_are_read_and_cleared(uds):
    client = uds(0x7E0, 0x7E8)
    stored = client.get_dtc_by_status_mask(0x08).service_data.dtcs
    assert {code.id: code.status.get_byte_as_int() for code in stored} == {0x017100: 0x28, 0x067113: 0x2F}
    assert client.get_number_of_dtc_by_status_mask(0x04).service_data.dtc_count == 1
    assert len(client.get_supported_dtc().service_data.dtcs) == 2
    snapshot = client.get_dtc_snapshot_by_dtc_number(0x017100, 1).service_data.dtcs[0].snapshots[0]
    assert (snapshot.did, snapshot.data) == (0xF40C, (0x0C, 0xA8))
    extended = client.get_dtc_extended_data_by_dtc_number(0x067113, 1).service_data.dtcs[0].extended_data[0]
    assert extended.raw_data == b"\x01\xff"
    client.clear_dtc()
    assert client.get_dtc_by_status_mask(0x08).service_data.dtcs == []
    refused_with(ResponseCode.RequestOutOfRange, client.clear_dtc, 0x123456)


# @proves The whole protocol: UDS with sessions, security, routines, transfers, trouble codes; state that survives a request and resets as it should
def test_a_fault_that_is_still_there_comes_back_with_a_reset(uds):
    client = uds(0x7E0, 0x7E8)
    client.clear_dtc()
    client.ecu_reset(1)
    answered(client)
    assert [code.id for code in client.get_dtc_by_status_mask(0x08).service_data.dtcs] == [0x067113]


def test_what_is_written_is_read_again(uds):
    client = uds(0x7E0, 0x7E8)
    refused_with(ResponseCode.RequestOutOfRange, client.write_data_by_identifier, 0xF15A, (1, 2, 3, 4))
    client.change_session(3)
    client.write_data_by_identifier(0xF15A, (1, 2, 3, 4))
    assert client.read_data_by_identifier(0xF15A).service_data.values[0xF15A] == (1, 2, 3, 4)


def test_an_output_is_taken_over_and_given_back(uds):
    client = uds(0x7E0, 0x7E8)
    client.change_session(3)
    client.io_control(0x2300, control_param=3, values=[80])
    assert value(client, 0x2300) == 80
    client.io_control(0x2300, control_param=0)
    assert value(client, 0x2300) == 18


DATA = bytes(range(256)) * 6


def download(client, data=DATA, parts=None):
    """Sends data to the gearbox in blocks of its size, or only the first parts of it; returns the number of blocks."""
    longest = client.request_download(udsoncan.MemoryLocation(0x80000, len(data), 32, 32)).service_data.max_length
    blocks = [data[start : start + longest - 2] for start in range(0, len(data), longest - 2)]
    for sequence, block in enumerate(blocks[:parts], start=1):
        client.transfer_data(sequence, block)
    return len(blocks)


def memory(client, size, address=0x80000):
    return client.read_memory_by_address(udsoncan.MemoryLocation(address, size, 32, 16)).service_data.memory_block


@pytest.fixture
def gearbox(uds):
    """A client that may program the gearbox."""
    client = uds(0x7E1, 0x7E9, gearbox_key)
    client.change_session(2)
    client.unlock_security_access(1)
    return client


# @proves The whole protocol: UDS with sessions, security, routines, transfers, trouble codes; state that survives a request and resets as it should
def test_software_is_transferred_into_the_gearbox(uds):
    client = uds(0x7E1, 0x7E9, gearbox_key)
    area = udsoncan.MemoryLocation(0x80000, 1500, 32, 32)
    refused_with(ResponseCode.ServiceNotSupportedInActiveSession, client.request_download, area)
    client.change_session(2)
    refused_with(ResponseCode.SecurityAccessDenied, client.request_download, area)
    client.unlock_security_access(1)
    assert client.request_download(area).service_data.max_length == 514
    refused_with(ResponseCode.RequestSequenceError, client.request_transfer_exit)
    client.change_session(2)
    client.unlock_security_access(1)
    assert download(client) == 3
    client.request_transfer_exit()
    assert value(client, 0x2103) == 2


def test_transferred_software_is_read_back_also_after_a_reset(gearbox):
    assert memory(gearbox, 16) == b"GSG DQ381 V1.4\xff\xff"
    download(gearbox)
    gearbox.request_transfer_exit()
    assert memory(gearbox, 1537) == DATA + b"\xff"
    gearbox.ecu_reset(1)
    answered(gearbox)
    assert memory(gearbox, 1537) == DATA + b"\xff"


def test_transferred_software_is_uploaded_again(gearbox):
    blocks = download(gearbox)
    gearbox.request_transfer_exit()
    area = udsoncan.MemoryLocation(0x80000, len(DATA), 32, 32)
    assert gearbox.request_upload(area).service_data.max_length == 514
    uploaded = [gearbox.transfer_data(number).service_data.parameter_records for number in range(1, blocks + 1)]
    gearbox.request_transfer_exit()
    assert b"".join(uploaded) == DATA


def test_a_transfer_that_is_given_up_changes_nothing(gearbox):
    download(gearbox, parts=2)
    gearbox.change_session(1)
    assert memory(gearbox, 16) == b"GSG DQ381 V1.4\xff\xff"
    assert value(gearbox, 0x2103) == 1


def test_the_fault_memory_can_be_switched_off_in_an_extended_session(uds):
    client = uds(0x7E0, 0x7E8)
    refused_with(ResponseCode.ServiceNotSupportedInActiveSession, client.control_dtc_setting, 2)
    client.change_session(3)
    client.control_dtc_setting(2)
    client.control_dtc_setting(1)
    client.communication_control(3, udsoncan.CommunicationType(subnet=0, normal_msg=True))
