import ctypes
import os
import signal
import sys
from typing import final


@final
class DeathSignal:
    """What the kernel sends a child when the thread that started it ends; on systems without it, nothing.

    It is called in the child, after the child has changed its user (a change of user clears it) and before it becomes
    the server. The library is loaded beforehand, in the parent.
    """

    _OPTION = 1

    def __init__(self, number: signal.Signals) -> None:
        self._number = int(number)
        self._parent = os.getpid()
        self._library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def __call__(self) -> None:
        """Arm the signal, and give up at once if the parent has gone in the meantime."""
        if self._library is None:
            return
        if self._library.prctl(self._OPTION, self._number, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != self._parent:
            raise ProcessLookupError(self._parent)
