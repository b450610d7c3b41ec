from functions.ask_mechanic import AskMechanic
from openobd import OpenOBDFunction


class AskFromInside(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000b"
    version = "1.0"
    name = "Ask from inside"
    description = "Holds the session and calls a function that needs the user interface."

    def run(self):
        return self.function_call(AskMechanic)
