from openobd import OpenOBDFunction, Result, ServiceResult


class Refuse(OpenOBDFunction):
    id = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20004"
    version = "1.0"
    name = "Refuse"
    description = "Ends with a result that is not a success."

    def run(self):
        self.result = ServiceResult(result=[Result.RESULT_INVALID_PRECONDITIONS], description="The ignition is off.")
