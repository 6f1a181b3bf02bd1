"""The figures as Markdown."""

# The last: shards from which on planning, which each does, and merging take longer than computing a shard.
HEAD = ["run", "batches", "needed", "hours here", "file", "planning", "its memory", "longest shard of {}", "merge",
        "shards at most"]
REACHED = {"all positions": 0.90, "last position": 0.60}  # of sgemm, by sweep.py's table
CORES = 64


def hours(seconds):
    return f"{seconds / 3600:,.0f} h" if seconds > 36000 else f"{seconds / 3600:.1f} h"


def merge_seconds(planned, merged, times, machine):
    """Planning, then what each prompt took where shards were merged, and the disk for what its file is larger."""
    count = planned.count * times
    of_prompts = (merged.seconds - merged.planning) / merged.prompts * count
    more = max(0.0, planned.file_bytes * times - merged.file_bytes / merged.prompts * count)
    return planned.seconds * times + of_prompts + 2 * more / machine.disk


def row(name, planned, count, machine, merged):
    """`planned` may be of fewer prompts: all that grows with them is then reckoned."""
    times = count / planned.count
    reckoned = "≈ " if times > 1 else ""
    seconds = planned.flop * times / (REACHED[name.split(", ")[1]] * machine.flop[2])
    planning, merge = planned.seconds * times, merge_seconds(planned, merged, times, machine)
    return [name, f"{reckoned}{planned.batches * times:,.0f}", f"{reckoned}{planned.flop * times / 1e15:,.1f} PFLOP",
            hours(seconds), f"{planned.file_bytes * times / 1e9:.1f} GB", f"{reckoned}{planning:.0f} s",
            f"{reckoned}{planned.peak_bytes * times / 1e9:.2f} GB",
            " / ".join(f"{ratio:.4f}" for ratio in planned.longest.values()), f"≈ {merge:.0f} s",
            f"{seconds / (planning + merge):,.0f}"]


def amdahl(serial, cores):
    return 1 / (serial + (1 - serial) / cores)


def serial_share(run):
    """Of one thread's time that the store's node takes, which packets go through one at a time."""
    stages = sum(run["stages"].values())
    store = run["writing"] + run["committing"]
    return store / (stages + store)


def markdown(rows, shards, machine, merged, runs, rates):
    head = [name.format(" / ".join(f"{count:,}" for count in shards)) for name in HEAD]
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(HEAD), *rows]]
    told = {"sgemm, by threads": ", ".join(f"on {threads}: {rate / 1e9:.0f} GFLOP/s"
                                           for threads, rate in machine.flop.items()),
            "disk": f"{machine.disk / 1e6:.0f} MB/s written",
            "merged": f"{merged.prompts:,} prompts of {merged.shards} shards, {merged.file_bytes / 1e6:.0f} MB, in "
                      f"{merged.seconds:.1f} s, {merged.planning:.1f} s of it for planning; "
                      f"{merged.peak_bytes / 1e6:.0f} MB of memory"}
    for threads, run in runs.items():
        serial = serial_share(run)
        told[f"a run, threads: {threads}"] = (f"{run['seconds']:.1f} s, serial {100 * serial:.2f}%: by Amdahl's law "
                                              f"{amdahl(serial, CORES):.0f} times as fast on {CORES} cores")
    told["processes of one thread"] = ", ".join(f"{count}: {rate:.2f} prompts/s ({rate / rates[1]:.2f}×)"
                                                for count, rate in rates.items())
    return "\n".join([*lines, "", "| | |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in told.items())])
