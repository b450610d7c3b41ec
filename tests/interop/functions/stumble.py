from openobd import OpenOBDFunction


class Stumble(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20003"
    version = "1.0"
    name = "Stumble"
    description = "Raises an exception in the middle of its work."

    def run(self):
        raise ValueError("the sensor is made of cheese")
