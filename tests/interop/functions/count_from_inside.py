from functions.add_numbers import AddNumbers
from openobd import OpenOBDFunction


class CountFromInside(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20008"
    version = "1.0"
    name = "Count from inside"
    description = "A function that claims the session and calls another one meanwhile."

    def run(self):
        total = 0
        for number in (1, 2, 3):
            total = int(self.function_call(AddNumbers, left=str(total), right=str(number))["sum"])
        self.connection_variables["report:total"] = f"{total} {self.openobd_session.get_vehicle_details().name}"
        return {"total": str(total)}
