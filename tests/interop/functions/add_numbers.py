from openobd import OpenOBDFunction


class AddNumbers(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20001"
    version = "1.0"
    name = "Add numbers"
    description = "Adds two numbers that are given as texts."

    def run(self, left="0", right="0"):
        return {"sum": str(int(left) + int(right)), "vin": self.openobd_session.get_vehicle_details().vin}
