"""A row for every rpc: a call that works and one that is refused. The modules put their rows into `ROWS`."""

from rpc_rows import function_rows, session_rows, vehicle_rows
from rpc_rows.table import ROWS, Workplace

__all__ = ["ROWS", "Workplace", "function_rows", "session_rows", "vehicle_rows"]
