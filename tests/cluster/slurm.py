"""A Slurm of one node, on this machine's loopback alone, in a folder of its own."""
import getpass
import os
import socket
import subprocess
from typing import NamedTuple

from processes import wait_until
from shards import CannotStart

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "sinfo", "scancel")

CONFIGURATION = """\
ClusterName=hookflow
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.sock,cred_expire=5
CryptoType=crypto/munge
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1
MinJobAge=300
KillWait=5
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=16000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverTimeLimit=0
"""


class Task(NamedTuple):
    state: str
    restarts: int
    exit_code: str  # and the signal: "0:9"


def free_ports(number):
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Slurm:
    """`family` ends its daemons; `folder` must be one that others may look into, or munged refuses it."""

    def __init__(self, family, folder, environment):
        self.family, self.folder = family, folder
        for name in ("run", "state", "spool", "log"):
            (folder / name).mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        configuration = folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(host=socket.gethostname().split(".")[0], folder=folder,
                                                      user=getpass.getuser(), ports=free_ports(2)))
        self.environment = {**environment, "SLURM_CONF": str(configuration)}
        run = folder / "run"
        self.daemon("munged", "--foreground", f"--key-file={key}", f"--socket={run}/munge.sock",
                    f"--pid-file={run}/munged.pid", f"--log-file={folder}/log/munge.log", f"--seed-file={run}/seed")
        self.wait_for("munged", (run / "munge.sock").exists)
        self.daemon("slurmctld", "-D", "-f", configuration)
        self.daemon("slurmd", "-D", "-f", configuration)
        self.wait_for("slurmctld or slurmd", lambda: self.ask("sinfo", "--noheader", "--format=%T").strip() == "idle")

    def daemon(self, *words):
        with open(self.folder / f"log/{words[0]}.log", "w") as log:
            self.family.start(*words, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait_for(self, what, condition, seconds=30):
        try:
            wait_until(condition, what, seconds)
        except AssertionError as late:
            raise CannotStart(f"{late}\n{self.logs()}")

    def logs(self):
        return "".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}\n"
                       for log in sorted((self.folder / "log").iterdir()))

    def ask(self, *words):
        """What a command of Slurm's prints; nothing where it fails."""
        done = subprocess.run([str(word) for word in words], env=self.environment, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def task(self, job, number):
        """How Slurm sees a task of an array that has begun; 1: of a job that is no array."""
        for line in self.ask("scontrol", "--oneliner", "show", "job", job).splitlines():
            facts = dict(word.split("=", 1) for word in line.split() if "=" in word)
            if facts.get("ArrayTaskId", "1") == str(number):
                return Task(facts["JobState"], int(facts["Restarts"]), facts["ExitCode"])
        return Task("UNKNOWN", 0, "")
