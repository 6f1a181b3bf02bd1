"""Runs a workflow in shards under Open MPI's launcher, by workflows/cluster/mpirun.sh as it stands.

    mpirun_test.py HOOKFLOW

One process is killed, and the others go on; the script says what is missing, and does it when it is started again. Skipped where mpirun cannot start.
"""
import subprocess

from shards import EXAMPLES, WAITS, CannotStart, main


def check(case):
    # What a cluster's user need not say: there are more processes than cores here, and root starts them.
    case.environment |= {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                         "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    tried = subprocess.run(["mpirun", "-n", "1", "true"], env=case.environment, capture_output=True, text=True)
    if tried.returncode != 0:
        raise CannotStart(f"mpirun: {tried.stderr}")
    first = case.start("bash", EXAMPLES / "mpirun.sh")
    case.kill(2, lambda words, environment: environment.get("OMPI_COMM_WORLD_RANK") == "1")
    assert first.wait(timeout=300) == WAITS
    assert case.progress(1)[1] == 0, "the others were not let go on"
    case.run("bash", EXAMPLES / "mpirun.sh")
    case.expect_equal()


main(check, "mpirun")
