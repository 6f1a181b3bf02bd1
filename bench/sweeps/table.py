"""The table, as Markdown."""
from sweeps.turns import median_of

HEAD = ("case", "passes", "needed", "hookflow", "of sgemm", "PyTorch loop", "batched", "prefix cached", "difference")


def number(value):
    """Three digits, as people write them: 0.0412, 3.05, 27.2, 1,234."""
    if value >= 100:
        return f"{value:,.0f}"
    digits = next((digits for digits, limit in ((1, 10), (2, 1), (3, 0.1)) if value >= limit), 4)
    return f"{value:.{digits}f}"


def times(ratio):
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def flop(value):
    return f"{number(value / 1e12)} TFLOP" if value >= 1e12 else f"{number(value / 1e9)} GFLOP"


def spread(values, scale=1):
    low, high = number(min(values) / scale), number(max(values) / scale)
    return low if low == high else f"{low} to {high}"


def median(values):
    return median_of([{"": value} for value in values], "")


def peer_cell(name, rounds, run):
    if not rounds:
        return "-"
    total = median_of(rounds, "total")
    about = "≈ " if min(each["share"] for each in rounds) < 1 else ""
    batch = "" if name == "loop" else f" ({rounds[0]['rows']} a batch)"
    return f"{about}{number(total)} s, {times(total / run)}×{batch}"


def row(case):
    run, whole = (median_of(case["hookflow"], name) for name in ("run", "whole"))
    share = case["needed"] / run / median(case["sgemm"])
    difference = max(each["difference"] for rounds in case["peers"].values() for each in rounds)
    peers = (peer_cell(name, case["peers"].get(name), run) for name in ("loop", "batched", "cached"))
    return (case["title"], f"{case['passes']:,}", flop(case["needed"]), f"{number(run)} s ({number(whole)})",
            f"{100 * share:.0f}%", *peers, f"{difference:.0e}")


def threads_text(measured):
    (one, alone), (many, together) = measured["rounds"].items()

    def ratio(name):
        return median_of(alone, name) / median_of(together, name)
    return (f"{measured['title']}: {number(median_of(alone, 'run'))} s on one thread, "
            f"{number(median_of(together, 'run'))} s on {many}: {ratio('run'):.2f} times as fast; "
            f"sgemm {1 / ratio('sgemm'):.2f} times.")


def start_text(rounds):
    starts = [each["start"] for each in rounds]
    return (f"Start, until the run file stands and work begins: {median(starts):.3f} s (median of {len(starts)}: "
            f"{min(starts):.3f} to {max(starts):.3f}).")


def markdown(report):
    """Of all that was measured: the machine in a line, the table, and what is not in it."""
    lines = [report["about"], ""]
    if report["cases"]:
        rates = [rate for case in report["cases"].values() for rate in case["sgemm"]]
        lines += [f"sgemm: {spread(rates, 1e9)} GFLOP/s.", "", "| " + " | ".join(HEAD) + " |",
                  "|" + " --- |" * len(HEAD)]
        lines += ["| " + " | ".join(row(case)) + " |" for case in report["cases"].values()] + [""]
    if report["threads"]:
        lines.append(threads_text(report["threads"]) + "\n")
    if report["start"]:
        lines.append(start_text(report["start"]) + "\n")
    return "\n".join(lines)
