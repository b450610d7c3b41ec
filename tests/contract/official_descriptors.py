"""Prints the official openOBD.v1 descriptors of PyPI openobd-protocol as one JSON object in a normal form."""

import importlib
import json
from pathlib import Path

import openobd_protocol
from google.protobuf import descriptor_pb2

PACKAGE = "openOBD.v1"
Field = descriptor_pb2.FieldDescriptorProto


def import_everything():
    # The folders of the package have no __init__ files, so they are found by path.
    for root in map(Path, openobd_protocol.__path__):
        for file in sorted(root.rglob("*_pb2.py")):
            module = ".".join(file.relative_to(root.parent).with_suffix("").parts)
            yield importlib.import_module(module).DESCRIPTOR


def type_name(field):
    if field.type in (Field.TYPE_MESSAGE, Field.TYPE_ENUM):
        return field.type_name.lstrip(".")
    return Field.Type.Name(field.type).removeprefix("TYPE_").lower()


def describe_message(full_name, message, result):
    oneofs = [oneof.name for oneof in message.oneof_decl]
    fields = {}
    for field in message.field:
        in_real_oneof = field.HasField("oneof_index") and not field.proto3_optional
        fields[field.name] = {
            "number": field.number,
            "type": type_name(field),
            "repeated": field.label == Field.LABEL_REPEATED,
            "optional": field.proto3_optional,
            "oneof": oneofs[field.oneof_index] if in_real_oneof else None,
        }
    result["messages"][full_name] = fields
    for nested in message.nested_type:
        describe_message(f"{full_name}.{nested.name}", nested, result)
    for enum in message.enum_type:
        result["enums"][f"{full_name}.{enum.name}"] = {value.name: value.number for value in enum.value}


def describe():
    result = {"messages": {}, "enums": {}, "services": {}}
    for file in import_everything():
        proto = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(proto)
        if proto.package != PACKAGE:
            continue
        for message in proto.message_type:
            describe_message(f"{PACKAGE}.{message.name}", message, result)
        for enum in proto.enum_type:
            result["enums"][f"{PACKAGE}.{enum.name}"] = {value.name: value.number for value in enum.value}
        for service in proto.service:
            result["services"][f"{PACKAGE}.{service.name}"] = {
                method.name: {
                    "request": method.input_type.lstrip("."),
                    "response": method.output_type.lstrip("."),
                    "requestStream": method.client_streaming,
                    "responseStream": method.server_streaming,
                }
                for method in service.method
            }
    return result


if __name__ == "__main__":
    print(json.dumps(describe(), sort_keys=True))
