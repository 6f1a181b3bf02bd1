"""Path patching in plain PyTorch: passes 1 and 2 hold both texts, pass 3 sends with all else frozen, pass 4 puts in what arrives."""
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "patching"))
from passes import function, places, resolve, rows_of, run  # noqa: E402
from workflow import Passes, choices, listed  # noqa: E402

INPUTS = {"attn.hook_q": 1, "attn.hook_k": 1, "attn.hook_v": 1, "hook_resid_pre": 1, "hook_resid_mid": 2, "mlp.hook_post": 2,
          "hook_mlp_out": 2, "hook_resid_post": 3}
OUTPUTS = {"attn.hook_z": 2, "hook_mlp_out": 3}


def depth(hook, order):
    """How far along the residual stream: three places a layer."""
    return 1 if not hook.startswith("blocks.") else 3 * int(hook.split(".")[1]) + order[hook.split(".", 2)[2]]


def arrives(sender, receiver):
    return depth(sender.hook, OUTPUTS) <= depth(receiver.hook, INPUTS)


def frozen(hook, value):
    return hook, lambda x, before: value


def received(model, ids, edits, kind, own, senders, receiver, rows):
    """Pass 3: what the receiver holds if each sender sends `rows[hook]`, and every head, and MLP if so said, is held."""
    held = {f"blocks.{layer}.attn.hook_z": own[f"blocks.{layer}.attn.hook_z"].clone() for layer in range(model.n_layer)}
    if kind.get("mlps") == "frozen":
        held.update({f"blocks.{layer}.hook_mlp_out": own[f"blocks.{layer}.hook_mlp_out"].clone() for layer in range(model.n_layer)})
    for sender in senders:
        value = held.setdefault(sender.hook, own[sender.hook].clone())
        rows_of(value, sender)[:] = rows_of(rows[sender.hook], sender)
    held.pop(receiver.hook, None)
    return run(model, ids, edits, [frozen(hook, value) for hook, value in held.items()])[receiver.hook]


class PathPasses(Passes):
    """Those of a workflow whose ablate stages have paths alone."""

    def sent(self, own, other, senders, positions, theirs):
        """Activations of the senders: the other pass's at these positions."""
        rows = {}
        for hook in {sender.hook for sender in senders}:
            rows[hook] = own[hook].clone()
            rows[hook][positions] = other[hook][theirs]
        return rows

    def one(self, base, kind, senders, receiver, positions):
        """Pass 4's edit; None where no sender is before the receiver."""
        if not any(arrives(sender, receiver) for sender in senders):
            return None
        own, other = self.forward(base), self.forward(kind["path"])
        theirs = resolve(kind["positions"], self.text(kind["path"])) if "positions" in kind else positions
        rows = self.sent(own, other, senders, positions, theirs)
        arrived = received(self.model, self.text(base).ids, self.edits(base), kind, own, senders, receiver, rows)
        return function(receiver, {"from": base}, positions, rows_of(arrived, receiver)[positions])

    def run_variants(self, name):
        stage = self.stages[name]
        base, text = stage["in"], self.text(stage["in"])
        for at, edits in self.edited(stage, base, text):
            edits = [edit for edit in edits if edit is not None]
            if edits:
                yield at, run(self.model, text.ids, self.edits(base), edits)

    def edited(self, stage, base, text):
        """Yields ({axis: label}, pass 4's edits)."""
        for i, variant in enumerate(stage.get("variants", [])):
            yield {"variant": i}, [self.one(base, edit["with"], places(edit["with"]["senders"], self.model), receiver,
                                            resolve(edit.get("positions", "all"), text))
                                   for edit in variant["edits"] for receiver in places(edit["at"], self.model)]
        if "variants" in stage:
            return
        for (r, kind), (sent, senders), receiver, (axis, label, positions) in itertools.product(
                enumerate(listed(stage["with"])), self.steps(stage), places(stage["at"], self.model),
                choices("position", stage.get("positions", "all"), text)):
            at = {"replacement": r, **sent, "layer": receiver.layer, "head": receiver.head, axis: label}
            yield {axis: label for axis, label in at.items() if axis and label is not None}, [self.one(base, kind, senders, receiver, positions)]

    def steps(self, stage):
        """[({axis: label}, senders)]."""
        senders = places(listed(stage["with"])[0]["senders"], self.model)
        if stage.get("together") == "sender_head":
            by_layer = itertools.groupby(senders, lambda sender: sender.layer)
            return [({"sender_layer": layer}, list(of)) for layer, of in by_layer]
        if len({sender.hook.split(".", 2)[-1] for sender in senders}) > 1:
            return [({"sender": f"{sender.hook}" + ("" if sender.head is None else f"[{sender.head}]")}, [sender]) for sender in senders]
        return [({"sender_layer": sender.layer, "sender_head": sender.head}, [sender]) for sender in senders]
