"""Effect of each rpc of the judge without a fault: the rules of reference/protocol.md in a minimal form."""

import functools
import json
import threading
import time

import grpc
from google.protobuf import json_format

FINAL = ("finished", "interrupted", "failed")
output_lock = threading.Lock()


def tell(**event):
    with output_lock:
        print(json.dumps(event), flush=True)


def grpc_status(number):
    return next(code for code in grpc.StatusCode if code.value[0] == number)


class Session:
    def __init__(self, number, target):
        self.id = f"session-{number}"
        self.target = target
        self.state = "available"
        self.authentication_token = f"auth-{number}"
        self.tokens = []
        self.results = []

    def issue(self, value=None):
        token = value or f"{self.id}-token-{len(self.tokens) + 1}"
        self.tokens.append(token)
        return token


def controller_effects(judge, messages):
    def token(request, context, _bearer):
        known = (judge.options["clientId"], judge.options["clientSecret"])
        if (request.client_id, request.client_secret) != known or not request.cluster_id:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"invalid client {request.client_secret}")
        judge.controller_tokens.append(f"controller-{len(judge.controller_tokens) + 1}")
        return messages["SessionControllerToken"](value=judge.controller_tokens[-1])

    def start(request, context, bearer):
        judge.partner(context, bearer)
        with judge.lock:
            if request.value not in judge.options["targets"]:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no ticket found with that number")
            if any(s.target == request.value and s.state not in FINAL for s in judge.sessions.values()):
                context.abort(grpc.StatusCode.UNAVAILABLE, "resource already in use")
            session = Session(len(judge.sessions) + 1, request.value)
            judge.sessions[session.id] = session
            return judge.info(session, messages["SessionInfo"])

    def known(request, context, bearer):
        judge.partner(context, bearer)
        session = judge.sessions.get(request.value)
        if session is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such session")
        return session

    def interrupt(request, context, bearer):
        session = known(request, context, bearer)
        if session.state in FINAL:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the session is {session.state}")
        judge.end(session, "interrupted")
        return judge.info(session, messages["SessionInfo"])

    def listing(_request, context, bearer):
        judge.partner(context, bearer)
        infos = [judge.info(session, messages["SessionInfo"]) for session in judge.sessions.values()]
        return messages["SessionInfoList"](sessions=infos)

    return {
        "getSessionControllerToken": token,
        "startSessionOnTicket": start,
        "startSessionOnConnector": start,
        "getSession": lambda request, context, bearer: judge.info(known(request, context, bearer), messages["SessionInfo"]),
        "interruptSession": interrupt,
        "getSessionList": listing,
    }


def session_effects(judge, messages):
    def authenticate(_request, context, bearer):
        with judge.lock:
            session = next((s for s in judge.sessions.values() if s.authentication_token == bearer), None)
            if session is None:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown token")
            if session.state != "available":
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "session already authenticated")
            session.state = "active"
            return messages["SessionToken"](value=session.issue())

    def finish(request, context, bearer):
        with judge.lock:
            session = judge.session_of(context, bearer)
            session.results.append(json_format.MessageToDict(request, preserving_proto_field_name=True))
            judge.end(session, "finished")
            return messages["EmptyMessage"]()

    return {"authenticate": authenticate, "finish": finish}


def info_effects(judge, messages):
    def reply(kind, **values):
        def effect(_request, context, bearer):
            judge.session_of(context, bearer)
            return messages[kind](**values)

        return effect

    def ecus(_request, context, bearer):
        judge.session_of(context, bearer)
        bus = dict(pin_plus=6, pin_min=14, can_protocol=1, can_bit_rate=2)
        ecu = {"isotp_ecu": {"can_bus": bus, "request_id": 0x7E0, "response_id": 0x7E8}}
        return messages["EcuList"](ecus=[ecu])

    return {
        "getConnectorInformation": reply("ConnectorInformation", connected=True, connected_since=1, latency=20, healthy=True),
        "getEcuList": ecus,
        "getVehicleDetails": reply("VehicleDetails", name="Judge 1.0", vin="WVWZZZ1KZAW000001"),
        "getProductList": reply("ProductList", products=[{"number": 7, "name": "Diagnosis"}]),
        "getTicketDetails": reply("TicketDetails", number=7848095, id="ticket-uuid"),
        "getConfiguration": reply("Configuration"),
        "muteLocals": reply("EmptyMessage"),
        "unmuteLocals": reply("EmptyMessage"),
    }


def opened(judge, rpc, request, context):
    """The session of a stream that has just been opened; the end of the stream is reported, whoever ends it."""
    # Taken before the call is reported, because the test may make another call at once.
    fault = judge.fault(rpc)
    bearer = judge.record(rpc, request, context)
    over = functools.partial(tell, event="over", rpc=rpc)
    # A stream that has ended accepts no callback.
    if not context.add_callback(over):
        over()
    if fault:
        context.abort(grpc_status(fault["status"]), fault.get("details", ""))
    return judge.session_of(context, bearer)


def stream_handlers(judge, messages):
    def tokens(request, context):
        rpc = "session/openSessionTokenStream"
        inbox = judge.inbox(rpc, context)
        session = opened(judge, rpc, request, context)
        yield from judge.feed(rpc, context, session, inbox)

    def information(request, context):
        opened(judge, "connectionMonitor/openConnectorInformationStream", request, context)
        while context.is_active():
            if not judge.options.get("silentHeartbeat"):
                yield messages["ConnectorInformation"](connected=True, connected_since=1, latency=20, healthy=True)
            time.sleep(judge.options.get("tickMs", 1000) / 1000)

    def isotp(requests, context):
        rpc = "can/openIsotpStream"
        opened(judge, rpc, None, context)
        for request in requests:
            tell(event="message", rpc=rpc, payload=request.payload)
            for answer in judge.options.get("isotp", {}).get(request.payload, []):
                if answer.get("held"):
                    judge.mirror.listening.wait()
                time.sleep(answer.get("afterMs", 0) / 1000)
                if "status" in answer:
                    context.abort(grpc_status(answer["status"]), answer.get("details", ""))
                yield messages["IsotpMessage"](channel=request.channel, payload=answer["payload"])
        tell(event="halfClosed", rpc=rpc)

    def controls(requests, context):
        rpc = "userInterface/openControlStream"
        opened(judge, rpc, None, context)
        for request in requests:
            kind = request.WhichOneof("ControlType")
            tell(event="message", rpc=rpc, payload=json_format.MessageToDict(request, preserving_proto_field_name=True))
            for answer in judge.options.get("answers", {}).get(kind, []):
                if "status" in answer:
                    context.abort(grpc_status(answer["status"]), answer.get("details", ""))
                reply = messages["Control"]()
                reply.CopyFrom(request)
                if "instead" in answer:
                    reply = json_format.ParseDict(answer["instead"], messages["Control"]())
                elif "answer" in answer:
                    getattr(reply, kind).answer = answer["answer"]
                yield reply
        tell(event="halfClosed", rpc=rpc)

    def collected(rpc):
        def handler(requests, context):
            opened(judge, rpc, None, context)
            received = [json_format.MessageToDict(request, preserving_proto_field_name=True) for request in requests]
            tell(event="collected", rpc=rpc, messages=received)
            return messages["EmptyMessage"]()

        return handler

    return {
        "openSessionTokenStream": tokens,
        "openConnectorInformationStream": information,
        "openIsotpStream": isotp,
        "openControlStream": controls,
        "configureBus": collected("config/configureBus"),
        "openLogStream": collected("logging/openLogStream"),
    }
