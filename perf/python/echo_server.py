"""A gRPC server that only answers ISO-TP requests: same service, positive response identifier, same data.
The least that any Python server for this protocol must do. Prints its port."""

import sys
from concurrent import futures

import grpc
from openobd_protocol.Communication import CommunicationServices_pb2_grpc as services


class Echo(services.canServicer):
    def openIsotpStream(self, request_iterator, context):
        for message in request_iterator:
            if message.payload:
                message.payload = f"{int(message.payload[:2], 16) + 0x40:02X}{message.payload[2:]}"
                yield message


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
services.add_canServicer_to_server(Echo(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(0)
