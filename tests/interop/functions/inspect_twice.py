from functions.inspect_car import InspectCar
from openobd import OpenOBDComposition


class InspectTwice(OpenOBDComposition):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20007"
    version = "1.0"
    name = "Inspect the car twice"
    description = "A composition of compositions."

    def run(self):
        first = self.function_call(InspectCar)
        second = self.function_call(InspectCar)
        self.connection_variables["report:twice"] = f"{first['answer']} {second['answer']}"
        return {"first": first["answer"], "second": second["answer"]}
