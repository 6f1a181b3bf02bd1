"""Runs a workflow in shards under Snakemake, by workflows/cluster/Snakefile as it stands.

    snakemake_test.py HOOKFLOW

One job is killed, and Snakemake starts it again.
"""
from shards import EXAMPLES, SHARDS, main


def check(case):
    snakemake = case.start("snakemake", "--snakefile", EXAMPLES / "Snakefile", "--cores", SHARDS * 4, "--config",
                           "workflow=sweep.yaml", "out=sweep.h5", f"shards={SHARDS}")
    case.kill(2, lambda words, environment: f"2/{SHARDS}" in words)
    assert snakemake.wait(timeout=300) == 0
    case.expect_equal()


main(check, "snakemake")
