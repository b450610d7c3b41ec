"""A small openOBD server on the official generated Servicers, scripted from reference/protocol.md.

It knows one partner and a few sessions. Lines of JSON on stdin change what it does; every call it gets is a line of JSON
on stdout, with the bearer it came with. It ends when stdin closes.
"""

import importlib
import json
import queue
import sys
import threading
import time
from concurrent import futures
from pathlib import Path

import grpc
import openobd_protocol
from google.protobuf import json_format, message_factory
from judge_effects import FINAL, controller_effects, grpc_status, info_effects, session_effects, stream_handlers, tell
from judge_mirror import Mirror

ROOT = Path(openobd_protocol.__path__[0])


class Judge:
    def __init__(self, options):
        self.options = options
        self.lock = threading.RLock()
        self.sessions = {}
        self.faults = {}
        self.revoked = set()
        self.controller_tokens = []
        self.streams = {}
        self.mirror = Mirror(self)
        self.port = 0

    # Faults of a call, before or instead of its effect.

    def fault(self, rpc):
        with self.lock:
            waiting = self.faults.get(rpc, [])
            if not waiting:
                return None
            fault = waiting[0]
            fault["times"] = fault.get("times", 1) - 1
            if fault["times"] <= 0:
                waiting.pop(0)
            return fault

    def unary(self, rpc, effect, request, context):
        # Taken before the call is reported, because the test may make another call at once.
        fault = self.fault(rpc)
        bearer = self.record(rpc, request, context)
        if fault is None:
            return effect(request, context, bearer)
        if fault.get("apply") == "before":
            effect(request, context, bearer)
        if fault.get("held"):
            self.mirror.listening.wait()
        time.sleep(fault.get("delayMs", 0) / 1000)
        if fault.get("apply") == "after":
            return effect(request, context, bearer)
        context.abort(grpc_status(fault["status"]), fault.get("details", ""))

    def record(self, rpc, request, context):
        metadata = dict(context.invocation_metadata())
        bearer = metadata.get("authorization", "").removeprefix("Bearer ")
        body = json_format.MessageToDict(request, preserving_proto_field_name=True) if request is not None else None
        tell(event="call", rpc=rpc, bearer=bearer, request=body, userAgent=metadata.get("user-agent", ""))
        self.mirror.adorn(context)
        return bearer

    # Authorisation.

    def partner(self, context, bearer):
        if bearer not in self.controller_tokens or bearer in self.revoked:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown controller token")

    def session_of(self, context, bearer):
        for session in self.sessions.values():
            if session.state == "available" and bearer == session.authentication_token:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "only authenticate() is allowed now")
            if bearer in session.tokens and bearer not in self.revoked and session.state == "active":
                return session
        context.abort(grpc.StatusCode.UNAUTHENTICATED, f"unknown or expired token {bearer}")

    def info(self, session, kind):
        info = kind(
            id=session.id,
            state=session.state,
            created_at="2026-01-02T03:04:05.678+0000",
            grpc_endpoint=self.options.get("grpcEndpoint", "127.0.0.1"),
        )
        port = self.options.get("grpcPort", self.port)
        if port:
            info.grpc_port = port
        if session.state == "available":
            info.authentication_token = session.authentication_token
        return info

    def end(self, session, state):
        session.state = state
        for stream in list(self.streams.get(session.id, [])):
            stream.put({"status": 0})

    # Streams with scripted messages, pauses and end.

    def inbox(self, rpc, context):
        """Queue of the commands for this stream; created before its call is reported, so that no command is lost."""
        inbox = queue.Queue()
        with self.lock:
            self.streams.setdefault(rpc, []).append(inbox)
        if not context.add_callback(lambda: self.drop(inbox)):
            self.drop(inbox)
        return inbox

    def drop(self, inbox):
        with self.lock:
            for inboxes in self.streams.values():
                if inbox in inboxes:
                    inboxes.remove(inbox)
        inbox.put({"gone": True})

    def feed(self, rpc, context, session, inbox):
        with self.lock:
            self.streams.setdefault(session.id, []).append(inbox)
            if session.state in FINAL:
                inbox.put({"status": 0})
        while True:
            item = inbox.get()
            if item.get("gone"):
                break
            if "status" in item:
                if item["status"] != 0:
                    context.set_code(grpc_status(item["status"]))
                    context.set_details(item.get("details", ""))
                break
            yield item["message"]
        self.drop(inbox)


def official_modules():
    for file in sorted(ROOT.rglob("*.py")):
        if file.name != "__init__.py":
            yield importlib.import_module(".".join(file.relative_to(ROOT.parent).with_suffix("").parts))


def all_messages(modules):
    found = {}
    for module in modules:
        descriptor = getattr(module, "DESCRIPTOR", None)
        for name, message in (descriptor.message_types_by_name if descriptor else {}).items():
            found[name] = message_factory.GetMessageClass(message)
    return found


def serve(judge):
    modules = list(official_modules())
    messages = all_messages(modules)
    effects = {**controller_effects(judge, messages), **session_effects(judge, messages), **info_effects(judge, messages)}
    handlers = judge.mirror.handlers(stream_handlers(judge, messages), messages)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), compression=judge.mirror.compression)
    absent = set(judge.options.get("without", []))
    for module in modules:
        for name in [name for name in dir(module) if name.endswith("Servicer")]:
            service = name.removesuffix("Servicer")
            if service in absent:
                continue
            methods = {rpc: bound(judge, f"{service}/{rpc}", effect) for rpc, effect in effects.items() if hasattr(getattr(module, name), rpc)}
            methods |= {rpc: staticmethod(handler) for rpc, handler in handlers.items() if hasattr(getattr(module, name), rpc)}
            servicer = type(f"Judged{service}", (getattr(module, name),), methods)
            getattr(module, f"add_{name}_to_server")(servicer(), server)
    judge.port = server.add_insecure_port(f"127.0.0.1:{judge.options.get('port', 0)}")
    server.start()
    return server, messages


def bound(judge, rpc, effect):
    return lambda _self, request, context: judge.unary(rpc, effect, request, context)


def obey(judge, messages, command):
    with judge.lock:
        action = command["do"]
        if action == "fault":
            judge.faults.setdefault(command["rpc"], []).append(command)
        elif action == "set":
            judge.options.update(command["options"])
        elif action == "token":
            session = judge.sessions[command["session"]]
            value = command["value"] if "value" in command else session.issue()
            if command.get("valid"):
                session.tokens.append(value)
            for stream in judge.streams.get("session/openSessionTokenStream", []):
                stream.put({"message": messages["SessionToken"](value=value)})
        elif action == "endTokenStream":
            for stream in judge.streams.get("session/openSessionTokenStream", []):
                stream.put({"status": command["status"], "details": command.get("details", "")})
        elif action == "revoke":
            judge.revoked.update(command["tokens"])
        elif action == "end":
            judge.end(judge.sessions[command["session"]], command["state"])
        elif action == "forget":
            judge.sessions.clear()
        elif action == "report":
            sessions = [vars(session) for session in judge.sessions.values()]
            tell(event="report", sessions=sessions)
        elif action == "listen":
            judge.mirror.listening.set()
        elif action == "progress":
            tell(event="progress", sent=judge.mirror.sent)
    tell(event="done", id=command.get("id"))


def main():
    judge = Judge(json.loads(sys.stdin.readline()))
    server, messages = serve(judge)
    tell(event="ready", port=judge.port)
    for line in sys.stdin:
        obey(judge, messages, json.loads(line))
    server.stop(0)


if __name__ == "__main__":
    main()
