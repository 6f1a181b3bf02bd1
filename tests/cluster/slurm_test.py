"""Runs a workflow in shards on a Slurm of its own, by the scripts in workflows/cluster/ as they stand.

    slurm_test.py HOOKFLOW

Task 1 is told that its time is up, and requeues itself; task 2 is killed, and requeued by hand; task 3 is cancelled, and
stays so. The merge job behind them says what is missing. Then task 3 is submitted again, and the merge job.
Skipped where the daemons cannot start.
"""
import re

from processes import wait_until
from shards import EXAMPLES, SHARDS, WAITS, main
from slurm import PROGRAMS, Slurm


def of_task(number):
    return lambda words, environment: environment.get("SLURM_ARRAY_TASK_ID") == str(number)


def expect_state(slurm, job, task, *states):
    wait_until(lambda: slurm.task(job, task).state in states, f"task {task} of job {job} is {' or '.join(states)}", 300)


def stop_tasks(case, slurm, array):
    case.kill(2, of_task(2))
    expect_state(slurm, array, 2, "FAILED")
    case.run("scontrol", "requeue", f"{array}_2")

    case.wait_until_on_its_way(3)
    case.run("scancel", f"{array}_3")
    expect_state(slurm, array, 3, "CANCELLED")
    case.expect_unfinished(3)

    case.wait_until_on_its_way(1)
    case.run("scancel", "--batch", "--signal=USR1", f"{array}_1")  # as Slurm does when the time is nearly up
    wait_until(lambda: slurm.task(array, 1).restarts == 1, "task 1 requeues itself")
    case.expect_unfinished(1)


def check_all(case, slurm):
    array, merge = re.findall(r"\d+", case.run("bash", EXAMPLES / "submit.sh"))
    stop_tasks(case, slurm, array)
    expect_state(slurm, merge, 1, "FAILED")
    assert slurm.task(merge, 1).exit_code == f"{WAITS}:0", slurm.task(merge, 1)
    expect_state(slurm, array, 1, "COMPLETED")
    expect_state(slurm, array, 2, "COMPLETED")
    assert slurm.task(array, 3).state == "CANCELLED", slurm.task(array, 3)
    log = (case.folder / "hookflow_merge.log").read_text()
    missing = [line for line in log.splitlines() if f"3 of {SHARDS}" in line or case.shard(3) in line]
    assert missing, f"the merge job does not say that shard 3 is missing: {log}"
    print("\n".join(missing))

    again = case.run("sbatch", "--parsable", "--array=3", EXAMPLES / "slurm_array.sh").strip()
    expect_state(slurm, again, 3, "COMPLETED")
    merge = case.run("sbatch", "--parsable", EXAMPLES / "slurm_merge.sh").strip()
    expect_state(slurm, merge, 1, "COMPLETED")
    case.expect_equal()


def check(case):
    home = case.folder / "slurm"
    home.mkdir()
    slurm = Slurm(case.family, home, case.environment)
    case.environment = slurm.environment
    try:
        check_all(case, slurm)
    except BaseException:
        print(slurm.ask("squeue"), slurm.logs(), case.run("tail", "-n", "50", *case.folder.glob("*.log"), check=False))
        raise


main(check, *PROGRAMS)
