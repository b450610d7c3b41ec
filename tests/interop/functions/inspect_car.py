from functions.add_numbers import AddNumbers
from functions.ask_mechanic import AskMechanic
from functions.say_name import SayName
from openobd import OpenOBDComposition


class InspectCar(OpenOBDComposition):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20006"
    version = "1.0"
    name = "Inspect the car"
    description = "A composition: calls other functions and never claims the session itself."

    def run(self):
        added = self.function_call(AddNumbers, left="40", right="2")
        name = self.function_call(SayName)
        asked = self.function_call(AskMechanic, question="Does the car look good?")
        self.connection_variables["report:inspection"] = f"{added['sum']} {name} {asked['answer']}"
        return {"sum": added["sum"], "name": name, "answer": asked["answer"]}
