"""How refusals and ends look in the official client."""

import pytest
from openobd.core.exceptions import OpenOBDException
from patience import wait_until


def refusal(call, *arguments, **more):
    """Status number and details with which the engine refuses a call."""
    with pytest.raises(OpenOBDException) as raised:
        call(*arguments, **more)
    return raised.value.status, raised.value.details


def broken_with(stream):
    """Status number with which a stream that another thread reads was broken."""
    wait_until(lambda: stream.received_exception is not None, "the stream broke")
    return stream.received_exception.status
