import threading

from openobd import OpenOBDFunction


class WaitForEver(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000a"
    version = "1.0"
    name = "Wait for ever"
    description = "Never ends by itself."
    dashboard = False

    def run(self):
        print("Waiting for ever.")
        threading.Event().wait()
