"""The figures as Markdown."""

# The last: shards from which on planning, which each does, and merging take longer than computing a shard.
HEAD = ["run", "batches", "needed", "hours here", "file", "planning", "its memory", "merge", "shards at most"]
REACHED = {"all positions": 0.90, "last position": 0.60}  # of sgemm, by sweep.py's table
CORES = 64


def hours(seconds):
    return f"{seconds / 3600:,.0f} h" if seconds > 36000 else f"{seconds / 3600:.1f} h"


def row(preset, edit, planned, count, machine):
    """`planned` may be of fewer prompts: all that grows with them is then reckoned."""
    times = count / planned.count
    reckoned = "≈ " if times > 1 else ""
    seconds = planned.flop * times / (REACHED[edit] * machine.flop[2])
    planning, size = planned.seconds * times, planned.file_bytes * times
    merge = size / machine.disk
    return [f"{preset}, {edit}", f"{reckoned}{planned.batches * times:,.0f}",
            f"{reckoned}{planned.flop * times / 1e15:,.1f} PFLOP", hours(seconds), f"{size / 1e9:.1f} GB",
            f"{reckoned}{planning:.0f} s", f"{reckoned}{planned.peak_bytes * times / 1e9:.2f} GB", f"≈ {merge:.0f} s",
            f"{seconds / (planning + merge):,.0f}"]


def amdahl(serial, cores):
    return 1 / (serial + (1 - serial) / cores)


def serial_share(run):
    """Of one thread's time that the store's node takes, which packets go through one at a time."""
    stages = sum(run["stages"].values())
    store = run["writing"] + run["committing"]
    return store / (stages + store)


def markdown(rows, machine, more):
    lines = ["| " + " | ".join(cells) + " |" for cells in [HEAD, ["---"] * len(HEAD), *rows]]
    told = {"the longest shard against the mean": ", ".join(f"{shards:,} shards: {ratio:.4f}"
                                                            for shards, ratio in more["dealt"].items()),
            "batches in that simulation": f"{more['batches']:,}",
            "sgemm, by threads": ", ".join(f"on {threads}: {rate / 1e9:.0f} GFLOP/s"
                               for threads, rate in machine.flop.items()),
            "disk": f"{machine.disk / 1e6:.0f} MB/s written, {more['copied'] / 1e6:.0f} MB/s of a run file copied"}
    for threads, run in more["runs"].items():
        serial = serial_share(run)
        told[f"a run, threads: {threads}"] = (f"{run['seconds']:.1f} s, serial {100 * serial:.2f}%: by Amdahl's law "
                                      f"{amdahl(serial, CORES):.0f} times as fast on {CORES} cores")
    rates = more["processes"]
    told["processes of one thread"] = ", ".join(f"{count}: {rate:.2f} prompts/s ({rate / rates[1]:.2f}×)"
                                                for count, rate in rates.items())
    return "\n".join([*lines, "", "| | |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in told.items())])
