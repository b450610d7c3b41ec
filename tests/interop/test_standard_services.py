"""Health checking and server reflection, judged by gRPC's own Python packages."""

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from openobd_protocol.UserInterface.Messages import UserInterface_pb2
from patience import PATIENCE_S

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture
def health(engine):
    return health_pb2_grpc.HealthStub(engine.channel)


@pytest.fixture
def reflection(engine):
    return ProtoReflectionDescriptorDatabase(engine.channel)


@pytest.mark.parametrize("service", ["", "openOBD.v1.session", "workbench.v1.viewer", "grpc.health.v1.Health"])
def test_the_engine_and_its_services_serve(health, service):
    assert health.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_S).status == SERVING


def test_a_service_that_is_not_there_is_not_found(health):
    with pytest.raises(grpc.RpcError) as raised:
        health.Check(health_pb2.HealthCheckRequest(service="openOBD.v1.radio"), timeout=PATIENCE_S)
    assert raised.value.code() == grpc.StatusCode.NOT_FOUND


def test_watching_tells_at_once_and_ends_with_the_engine(start_engine):
    engine = start_engine()
    stub = health_pb2_grpc.HealthStub(engine.channel)
    served = stub.Watch(health_pb2.HealthCheckRequest())
    unknown = stub.Watch(health_pb2.HealthCheckRequest(service="openOBD.v1.radio"))
    assert next(served).status == SERVING
    assert next(unknown).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    engine.process.stdin.close()
    assert list(served) == [] and served.code() == grpc.StatusCode.OK
    engine.process.wait(PATIENCE_S)


# @proves The whole protocol: Health checking and both versions of reflection
def test_reflection_lists_what_is_served(reflection):
    services = set(reflection.get_services())
    assert {"openOBD.v1.sessionController", "openOBD.v1.can", "workbench.v1.control", "grpc.health.v1.Health"} <= services
    assert {"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"} <= services


def test_reflection_does_not_list_what_was_left_out(start_engine):
    engine = start_engine("--without", "workbench")
    services = ProtoReflectionDescriptorDatabase(engine.channel).get_services()
    assert not [name for name in services if name.startswith("workbench")]


def test_a_service_is_described_with_its_methods_and_messages(reflection):
    pool = DescriptorPool(reflection)
    service = pool.FindServiceByName("openOBD.v1.userInterface")
    method = service.FindMethodByName("openControlStream")
    assert (method.client_streaming, method.server_streaming) == (True, True)
    official = UserInterface_pb2.Control.DESCRIPTOR
    ours = {field.name: (field.number, field.type) for field in method.input_type.fields}
    assert ours == {field.name: (field.number, field.type) for field in official.fields}


def test_messages_with_imports_are_described(reflection):
    pool = DescriptorPool(reflection)
    variable = pool.FindMessageTypeByName("openOBD.v1.Variable")
    assert variable.fields_by_name["object"].message_type.full_name == "google.protobuf.Any"
    event = pool.FindMessageTypeByName("workbench.v1.Prompt")
    assert event.fields_by_name["control"].message_type.full_name == "openOBD.v1.Control"


def test_an_unknown_symbol_is_not_found(reflection):
    with pytest.raises(KeyError):
        DescriptorPool(reflection).FindMessageTypeByName("openOBD.v1.Radio")
