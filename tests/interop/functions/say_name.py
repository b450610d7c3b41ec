from openobd import OpenOBDFunction


class SayName(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20002"
    version = "1.0"
    name = "Say the name of the car"
    description = "Returns a single text."

    def run(self):
        return self.openobd_session.get_vehicle_details().name
