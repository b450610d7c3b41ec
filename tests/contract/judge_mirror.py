"""Additions to the judge for gRPC's interop cases: large variables, compression, floods and streams that are not read."""

import threading

import grpc
from google.protobuf import json_format
from judge_effects import opened, tell

ADORNMENT = (("x-trace", "kept by nobody"), ("x-trace-bin", bytes(range(256))), ("x-repeated", "1"), ("x-repeated", "2"))


class Mirror:
    def __init__(self, judge):
        self._judge = judge
        self._variables = {}
        # Set by the command `listen`; streams named by the option `deaf` are not read before, and held messages are not sent.
        self.listening = threading.Event()
        # Messages of a flood that gRPC has accepted so far.
        self.sent = 0

    @property
    def compression(self):
        name = self._judge.options.get("compression")
        return {None: None, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}[name]

    def adorn(self, context):
        """Sends additional metadata before and after the answer."""
        if self._judge.options.get("metadata"):
            context.send_initial_metadata(ADORNMENT)
            context.set_trailing_metadata(ADORNMENT)

    def handlers(self, handlers, messages):
        """The handlers of the streams, which can stop reading and flood, and those of the variables."""
        deafened = {name: self._deafened(name, handler) for name, handler in handlers.items()}
        return {
            **deafened,
            "openIsotpStream": self._flooding(deafened["openIsotpStream"], messages),
            "openConnectorInformationStream": self._numbered(deafened["openConnectorInformationStream"], messages),
            "assertAuthenticationPossible": self._assertion(messages),
            **self._variable_handlers(messages),
        }

    def _deafened(self, name, handler):
        def heard(requests):
            if name in self._judge.options.get("deaf", []):
                self.listening.wait()
            yield from requests

        def handle(requests, context):
            # A single request cannot be left unread.
            return handler(heard(requests) if hasattr(requests, "__next__") else requests, context)

        return handle

    def _flooding(self, handler, messages):
        """Answers the first message with the number of messages in option `flood`; each begins with its number."""

        def flood(requests, context, count, filler):
            opened(self._judge, "can/openIsotpStream", None, context)
            channel = next(requests).channel
            for number in range(count):
                self.sent += 1
                yield messages["IsotpMessage"](channel=channel, payload=f"{number:08X}{filler}")

        def handle(requests, context):
            wanted = self._judge.options.get("flood")
            if wanted is None:
                return handler(requests, context)
            return flood(requests, context, wanted["count"], "AB" * wanted["bytes"])

        return handle

    def _numbered(self, handler, messages):
        """Sends the number of messages in option `links`, each with its number as latency, and ends."""

        def numbered(request, context, count):
            opened(self._judge, "connectionMonitor/openConnectorInformationStream", request, context)
            for number in range(count):
                yield messages["ConnectorInformation"](connected=True, latency=number, healthy=True)

        def handle(request, context):
            count = self._judge.options.get("links")
            return handler(request, context) if count is None else numbered(request, context, count)

        return handle

    def _assertion(self, messages):
        def handle(request, context):
            bearer = self._judge.record("session/assertAuthenticationPossible", request, context)
            session = next((s for s in self._judge.sessions.values() if s.authentication_token == bearer), None)
            if session is None:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "unknown token")
            if session.state != "available":
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "session already authenticated")
            return messages["EmptyMessage"]()

        return handle

    def _variable_handlers(self, messages):
        """Variables, kept as the received bytes; their requests are not reported, because they are large."""

        def key_of(rpc, request, context):
            session = opened(self._judge, f"function/{rpc}", None, context)
            return session.id, request.type, request.key

        def missing(context, request):
            context.abort(grpc.StatusCode.NOT_FOUND, f'there is no variable "{request.key}"')

        def set_variable(request, context):
            self._variables[key_of("setVariable", request, context)] = request.SerializeToString()
            return messages["EmptyMessage"]()

        def get_variable(request, context):
            kept = self._variables.get(key_of("getVariable", request, context))
            return missing(context, request) if kept is None else messages["Variable"].FromString(kept)

        def delete_variable(request, context):
            if self._variables.pop(key_of("deleteVariable", request, context), None) is None:
                missing(context, request)
            return messages["EmptyMessage"]()

        def variable_list(request, context):
            session, kind, _ = key_of("getVariableList", messages["Variable"](type=request.type), context)
            kept = [value for (s, k, key), value in self._variables.items() if (s, k) == (session, kind) and key.startswith(request.prefix)]
            return messages["VariableList"](variables=[messages["Variable"].FromString(value) for value in kept])

        return {
            "setVariable": set_variable,
            "getVariable": get_variable,
            "deleteVariable": delete_variable,
            "getVariableList": variable_list,
            **self._parameter_handlers(messages),
        }

    def _parameter_handlers(self, messages):
        """One argument, and results that are reported."""

        def arguments(request, context):
            opened(self._judge, "function/getFunctionArgumentList", request, context)
            return messages["VariableList"](variables=[messages["Variable"](key="axle", value="rear")])

        def result(request, context):
            opened(self._judge, "function/setFunctionResult", None, context)
            tell(event="message", rpc="function/setFunctionResult", payload=json_format.MessageToDict(request))
            return messages["EmptyMessage"]()

        return {"getFunctionArgumentList": arguments, "setFunctionResult": result}
