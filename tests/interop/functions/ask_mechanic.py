from openobd import OpenOBDFunction, UiHandler, YesNo


class AskMechanic(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20005"
    version = "1.0"
    name = "Ask the mechanic"
    description = "Asks one question; works only where there is a user interface."

    def run(self, question="Is the bonnet open?"):
        answer = UiHandler(self.openobd_session).show_ui(YesNo(label=question))
        return {"answer": "yes" if answer else "no"}
