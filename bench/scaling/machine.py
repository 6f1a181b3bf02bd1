"""What this machine does a second."""
import json
import os
import subprocess
import time
from dataclasses import dataclass

MEBI = 2 ** 20


@dataclass(frozen=True)
class MachineRates:
    flop: dict  # threads: operations a second of large products
    disk: float  # bytes a second that are written, and on the disk


def measure_machine(sgemm, work, disk_mib):
    flop = {threads: json.loads(subprocess.run([sgemm, str(threads), "2"], check=True, capture_output=True,
                                               text=True).stdout)["flop_per_second"] for threads in (1, 2)}
    return MachineRates(flop, disk_rate(work, disk_mib))


def disk_rate(work, mib):
    path, block = work / "scale_disk", os.urandom(MEBI)
    begin = time.perf_counter()
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - begin
    path.unlink()
    return mib * MEBI / seconds
