"""What edits can change at all, by the order in which the model computes: independent of what the numbers are."""
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from interventions import selected  # noqa: E402


def mark(mask, edit, visible):
    """Adds the cells of mask [p], [p, h] or [h, query, key] that the edit itself changes."""
    rows, keys = list(selected(edit["positions"], len(visible))), torch.zeros(len(visible), dtype=torch.bool)
    keys[list(selected(edit.get("keys", "all"), len(visible)))] = True
    head = slice(None) if edit["head"] is None else edit["head"]
    if mask.dim() == 3:
        hides = edit["hook"].endswith("hook_attn_scores") or edit["replacement"]["kind"] == "zero"
        for row in rows:  # a key behind the query has no weight to take away, and stays hidden
            mask[head, row] |= keys & visible[row] if hides else keys
    elif mask.dim() == 2:
        mask[rows, head] = True
    else:
        mask[rows] = True


def reach(interventions, n_layer, n_head, p):
    """{hook point: mask}, True where a value can differ from that of the unedited pass of p tokens.

    Masks are [p]; [p, h] at q, k, v, z and result; [h, query, key] at scores and patterns.
    """
    visible = torch.ones(p, p, dtype=torch.bool).tril()  # [query, key]
    reached = {}

    def at(name, mask):
        """Notes what reaches a hook point, with its own edits, and returns what goes on from it."""
        mask = mask.clone()
        for edit in interventions:
            if edit["hook"] == name:
                mark(mask, edit, visible)
        reached[name] = mask
        return mask

    def norm(name, resid):
        at(f"{name}.hook_scale", resid)
        return at(f"{name}.hook_normalized", resid)

    nothing = torch.zeros(p, dtype=torch.bool)
    resid = at("hook_embed", nothing) | at("hook_pos_embed", nothing)
    for layer in range(n_layer):
        block, attn = f"blocks.{layer}.", f"blocks.{layer}.attn."
        resid = at(block + "hook_resid_pre", resid)
        of_heads = norm(block + "ln1", resid)[:, None].expand(p, n_head)
        q, k, v = (at(f"{attn}hook_{name}", of_heads) for name in "qkv")
        raw = at(attn + "hook_scores_raw", q.T[:, :, None] | k.T[:, None, :])
        scores = at(attn + "hook_attn_scores", raw & visible)
        # A query's weights add up to 1: one changed score changes them all, and the first query's only one is 1.
        pattern = scores.any(-1, keepdim=True) & visible
        pattern[:, 0] = False
        pattern = at(attn + "hook_pattern", pattern)
        z = at(attn + "hook_z", pattern.any(-1).T | (visible & v.T[:, None, :]).any(-1).T)
        at(attn + "hook_result", z)
        resid = resid | at(block + "hook_attn_out", z.any(1))
        resid = at(block + "hook_resid_mid", resid)
        post = at(block + "mlp.hook_post", at(block + "mlp.hook_pre", norm(block + "ln2", resid)))
        resid = at(block + "hook_resid_post", resid | at(block + "hook_mlp_out", post))
    at("unembed.hook_out", at("ln_final.hook_normalized", resid))
    return reached
