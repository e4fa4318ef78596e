"""driver_abi's calls, with the failure as a value where a test wants one."""
import threading

import driver_abi
from driver_abi import DriverError

_drivers = {}  # a host's table lives as long as the process


class Store(driver_abi.Store):
    def fails(self, verb, *words, cancel_after=None, **how):
        """The DriverError of a call that must fail."""
        stop = threading.Event()
        timer = threading.Timer(cancel_after or 0, stop.set)
        if cancel_after is not None:
            how["cancelled"] = stop.is_set
            timer.start()
        try:
            answer = getattr(self, verb)(*words, **how)
        except DriverError as error:
            return error
        finally:
            timer.cancel()
        raise AssertionError(f"{verb} {words[:1]} did not fail: {str(answer)[:100]}")

    def keys(self):
        return [key for key, _ in self.list()]


def open_store(build, uri, **attributes):
    """`uri`: scheme://location."""
    path = f"{build}/drivers/seabed_{uri.split('://')[0]}.so"
    if path not in _drivers:
        _drivers[path] = driver_abi.Driver(path)
    return Store(_drivers[path], uri, attributes)
