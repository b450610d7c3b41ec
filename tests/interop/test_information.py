"""Details of link, car, products and ticket, and lines of the ScriptLog, in a session."""

import logging

import pytest
from openobd import ConnectionMonitor, ScriptLogHandler
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Logging.Messages.LogMessage_pb2 import LogLevel, LogMessage
from patience import PATIENCE_S, wait_until


@pytest.mark.engine("--clock", "manual")
def test_the_connection_monitor_brings_one_message_per_second(engine, session):
    stream = StreamHandler(session.open_connector_information_stream, outgoing_stream=False)
    first = stream.receive(timeout=PATIENCE_S)
    assert first.connected and first.healthy and first.latency > 0
    engine.control.advance(session_s=3)
    for _ in range(3):
        stream.receive(timeout=PATIENCE_S)
    assert stream.receive(block=False) is None
    stream.stop_stream()


@pytest.mark.engine("--clock", "manual")
def test_slow_round_trips_make_the_link_unhealthy_after_a_while(engine, session):
    engine.control.set_fault("latency", connector=engine.connector, baseMs=900)
    engine.control.advance(session_s=1)
    assert session.get_connector_information().healthy
    engine.control.advance(session_s=9)
    information = session.get_connector_information()
    assert (information.latency, information.healthy) == (900, False)
    engine.control.clear_faults()
    engine.control.advance(session_s=10)
    assert session.get_connector_information().healthy


def test_the_official_monitor_collects_its_samples(session):
    monitor = ConnectionMonitor(session)
    wait_until(lambda: len(monitor.get_connector_info_list()) >= 2, "two samples were there")
    monitor.stop_stream()


def test_vehicle_products_and_ticket_are_those_of_the_workshop(session, engine, viewer):
    connector = next(one for one in viewer.snapshots[0].connectors if one.number == engine.connector)
    vehicle = session.get_vehicle_details()
    assert (vehicle.name, vehicle.vin) == (connector.vehicle_name, connector.vin)
    assert len(session.get_ecu_list().ecus) >= 8
    assert [product.name for product in session.get_product_list().products] == ["Service reset", "Gearbox adaptation"]
    ticket = session.get_ticket_details()
    assert str(ticket.number) == engine.ticket
    assert ticket.id == viewer.snapshots[0].tickets[0].id


@pytest.mark.engine("--clock", "manual")
def test_the_ecu_list_is_unavailable_until_detection_is_through(engine, openobd):
    session = openobd.start_session_on_ticket("7848127")
    session.update_session_token(session.authenticate().value)
    with pytest.raises(OpenOBDException) as raised:
        session.get_ecu_list()
    assert raised.value.status == 14
    engine.control.advance(session_s=40)
    assert len(session.get_ecu_list().ecus) >= 8


def test_the_ecu_list_stays_unavailable_while_the_fault_is_in_force(engine, session):
    engine.control.set_fault("ecu-list-not-ready")
    with pytest.raises(OpenOBDException) as raised:
        session.get_ecu_list()
    assert raised.value.status == 14
    engine.control.clear_faults()
    session.get_ecu_list()


def test_a_session_on_a_connector_has_no_ticket(engine, openobd):
    session = openobd.start_session_on_connector(engine.connector)
    session.update_session_token(session.authenticate().value)
    assert list(session.get_product_list().products) == []
    with pytest.raises(OpenOBDException) as raised:
        session.get_ticket_details()
    assert raised.value.status == 5


def test_log_lines_reach_the_script_log_with_their_level(session, viewer):
    logger = logging.getLogger("a function")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    handler = ScriptLogHandler(session)
    logger.addHandler(handler)
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(logger, level)(f"{level} line")
    logger.removeHandler(handler)
    handler.close()

    def said():
        return [event.script_log for event in viewer.events if event.WhichOneof("event") == "script_log"]

    lines = viewer.wait_for(lambda: said() if len(said()) >= 5 else None)
    assert [(line.session_id, line.level) for line in lines] == [
        (session.id(), level)
        for level in (
            LogLevel.LOG_LEVEL_DEBUG,
            LogLevel.LOG_LEVEL_INFO,
            LogLevel.LOG_LEVEL_WARNING,
            LogLevel.LOG_LEVEL_ERROR,
            LogLevel.LOG_LEVEL_ERROR,
        )
    ]


def test_a_line_without_level_is_information(session, viewer):
    stream = StreamHandler(session.open_log_stream, outgoing_stream=True)
    stream.send(LogMessage(content="no level"))
    line = viewer.wait_for(
        lambda: next((event.script_log for event in viewer.events if event.WhichOneof("event") == "script_log"), None)
    )
    assert (line.content, line.level) == ("no level", LogLevel.LOG_LEVEL_INFO)
    stream.stop_stream()
