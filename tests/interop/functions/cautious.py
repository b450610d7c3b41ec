import time

from functions.refuse import Refuse
from functions.stumble import Stumble
from openobd import OpenOBDComposition
from openobd.core.exceptions import OpenOBDException
from openobd.functions.function_exceptions import OpenOBDFunctionException


class Cautious(OpenOBDComposition):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20009"
    version = "1.0"
    name = "Cautious"
    description = "Calls functions that fail, and goes on."

    def run(self):
        self._report("report:refuse", self._outcome(Refuse))
        self._report("report:stumble", self._outcome(Stumble))

    def _report(self, key, text):
        """After an exception of a child in this process the client continues before the monitor has returned the token."""
        for _ in range(100):
            try:
                self.connection_variables[key] = text
                return
            except OpenOBDException:
                time.sleep(0.05)
        self.connection_variables[key] = text

    def _outcome(self, function):
        try:
            self.function_call(function)
        except OpenOBDFunctionException as error:
            return str(error)
        except ValueError as error:
            return f"raised here: {error}"
        return "no complaint"
