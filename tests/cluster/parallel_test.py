"""Runs a workflow in shards under GNU parallel, by workflows/cluster/parallel.sh as it stands.

    parallel_test.py HOOKFLOW

One job is killed; the script says what is missing, and starts that one alone when it is started again.
"""
from shards import EXAMPLES, SHARDS, WAITS, main


def commands(case):
    """Those that parallel has noted, in the order of their ends."""
    return [line.split("\t")[-1] for line in (case.folder / "sweep.joblog").read_text().splitlines()[1:]]


def check(case):
    first = case.start("bash", EXAMPLES / "parallel.sh")
    case.kill(2, lambda words, environment: f"2/{SHARDS}" in words)
    assert first.wait(timeout=300) == WAITS
    assert len(commands(case)) == SHARDS, commands(case)
    case.run("bash", EXAMPLES / "parallel.sh")
    again = commands(case)[SHARDS:]
    assert len(again) == 1 and f"2/{SHARDS}" in again[0], again
    case.expect_equal()


main(check, "parallel")
