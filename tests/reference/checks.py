"""Comparisons of what a run file holds with what the reference says, collected instead of raised at the first."""
import numpy as np

TENSOR = 1e-4  # of the largest magnitude: float32 through two different forward passes
STATISTIC = 1e-6  # relative: float64 from the same stored values


def magnitude(values):
    """The largest of finite values; 0 where there is none."""
    return np.max(np.abs(values), where=np.isfinite(values), initial=0)


class Checks:
    """Counts comparisons and keeps a line for each that fails. Arrays are compared whole, shapes included."""

    def __init__(self, where):
        self.where, self.problems, self.compared = where, [], 0

    def tensor(self, name, got, want):
        """Equal within TENSOR of the largest magnitude of `want`; NaN and infinities where `want` has them."""
        self.close(name, got, want, TENSOR * magnitude(want))

    def statistic(self, name, got, want, scale=None):
        """Equal within STATISTIC of each value, or of `scale`; infinities and NaN in the same places."""
        self.close(name, got, want, STATISTIC * (np.abs(want) if scale is None else scale))

    def equal(self, name, got, want):
        self.close(name, got, want, 0)

    def close(self, name, got, want, allowed):
        """Equal within `allowed`, a number or an array; NaN and infinities in the same places."""
        got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
        self.compared += want.size
        if got.shape != want.shape:
            self.problems.append(f"{self.where}: {name}: shape {got.shape}, expected {want.shape}")
            return
        with np.errstate(invalid="ignore"):
            fine = (got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= allowed)
        if fine.all():
            return
        worst = tuple(np.argwhere(~fine)[0])
        self.problems.append(f"{self.where}: {name}: {(~fine).sum()} of {fine.size} differ, first at {list(map(int, worst))}: "
                             f"{got[worst]!r}, expected {want[worst]!r}")
