"""Holds what is read of passes against the reference: the workflows that ship, and all measures of edited passes."""
import numpy as np

import experiment_measures as reference
from checks import TENSOR, magnitude
from run_files import only, prompts, token_texts

AT_MOST = 8  # prompts that are computed again: the reference runs one after the other


def logit_lens(check, file, model):
    ids, tokens = prompts(file)[0], only(file, "/clean/token_id").tolist()
    logits, seen = reference.captured(model, ids)
    stream = [seen[f"blocks.{layer}.hook_resid_post"] for layer in range(model.n_layer)]
    want = reference.lens_metrics(model, np.stack(stream), logits, tokens)
    check.equal("lens/token_id", only(file, "/lens/token_id"), tokens)
    for name in ("log_prob", "kl_to_final", "entropy"):
        check.tensor(f"lens/{name}", only(file, f"/lens/{name}"), want[name][:, -1])
    check.equal("lens/top_token", only(file, "/lens/top_token"), want["top_token"][:, -1])
    rank = only(file, "/lens/token_rank")
    fits = (want["lowest_rank"][:, -1] <= rank) & (rank <= want["highest_rank"][:, -1])
    check.equal("lens/token_rank", fits, np.ones(rank.shape))
    check.tensor("everywhere/kl_to_final", only(file, "/everywhere/kl_to_final"), want["kl_to_final"])
    check.equal("everywhere/top_token", only(file, "/everywhere/top_token"), want["top_token"])
    for place in ("attn_out", "mlp_out"):
        added = np.stack([seen[f"blocks.{layer}.hook_{place}"][-1:] for layer in range(model.n_layer)])
        want = reference.lens_metrics(model, added, logits[-1:], tokens)
        check.tensor(f"added/{place}_logit_diff", only(file, f"/added/{place}_logit_diff"), want["logit_diff"][:, 0])
        check.equal(f"added/{place}_top_token", only(file, f"/added/{place}_top_token"), want["top_token"][:, 0])


PARTS = ("embed", "pos_embed", "heads", "attention_biases", "mlps", "norm_bias", "total")


def sum_of_parts(stored, edits=0):
    """stored(name): an array whose leading axes are those of the total -> their sum."""
    total = stored("total")
    return sum(stored(part).reshape(*total.shape, -1).sum(-1) for part in PARTS if part != "total") + edits


def direct_contributions(check, file, model):
    targets = token_columns(file)
    for i, ids in enumerate(prompts(file)[:AT_MOST]):
        logits, seen = reference.captured(model, ids)
        want = reference.contributions(model, logits, seen, targets(i), -1)
        scale = TENSOR * max(magnitude(value) for value in want.values())
        for part in PARTS:
            check.close(f"parts/{part} of prompt {i}", file[f"/parts/{part}"][i], want[part], scale)
    total = file["/parts/total"][()]
    got = sum_of_parts(lambda part: file[f"/parts/{part}"][()])
    check.close("the parts' sum", got, total, 1e-5 * magnitude(total))
    heads = file["/parts/heads"][()]
    check.statistic("mean of heads", file["/heads/heads_mean_difference"][()], heads.mean(0), magnitude(heads.mean(0)))


def token_columns(file):
    """prompt index -> the ids of its target and contrast, found by their texts in the vocabulary."""
    texts = token_texts(file)
    ids = dict(zip(texts, range(len(texts))))
    columns = [[value.decode() for value in file[f"/prompts/{name}"][()]] for name in ("target", "contrast")]
    return lambda i: [ids[column[i]] for column in columns]


def induction(check, file, model):
    ids = prompts(file)
    check.equal("said twice", [prompt[:len(prompt) // 2] == prompt[len(prompt) // 2:] for prompt in ids], np.ones(len(ids)))
    halves, weights = file["/halves/mean_loss"][()], file["/halves/loss"][()]
    for i, prompt in enumerate(ids[:AT_MOST]):
        logits, _ = reference.captured(model, prompt)
        want = reference.losses(logits, prompt)
        check.tensor(f"loss of prompt {i}", weights[i][:len(want)], want)
        middle = len(prompt) // 2
        check.tensor(f"halves of prompt {i}", halves[i], [want[:middle].mean(), want[middle:].mean()])
        check.tensor(f"perplexity of prompt {i}", np.log(file["/halves/perplexity"][i]), halves[i])
    if len(ids) * model.n_layer * len(model.unembed) > 5_000_000:  # the means are over all prompts
        return
    seen = [reference.captured(model, prompt)[1] for prompt in ids]
    for group, key_of in (("induction_by_head", reference.behind_previous), ("previous_by_head", lambda _: lambda q: q - 1)):
        found = np.stack([reference.pattern_at(s, model, prompt, key_of(prompt)) for s, prompt in zip(seen, ids)])
        check.tensor(group, file[f"/{group}/pattern_mean"][()], np.nanmean(found, (0, 3)))
        check.equal(f"{group} count", file[f"/{group}/pattern_count"][()], (~np.isnan(found)).sum((0, 3)))
    spread = np.stack([reference.pattern_entropy(s, model) for s in seen])
    check.tensor("spread_by_head", file["/spread_by_head/pattern_entropy_mean"][()], spread.mean((0, 3)))


def measures(check, file, model):
    """Of edited passes, with their changes from clean."""
    ids, tokens = prompts(file)[0], token_columns(file)(0)
    before = passes_numbers(model, ids, tokens, [])
    for v, (name, (_, interventions)) in enumerate(reference.named_variants(model).items()):
        now = passes_numbers(model, ids, tokens, interventions)
        for stored, want in now.items():
            scale = TENSOR * max(magnitude(want), magnitude(before[stored]))
            check.close(f"{stored} of {name}", only(file, f"/{stored}")[v], want, scale)
            check.close(f"{stored}_change of {name}", only(file, f"/{stored}_change")[v], want - before[stored], 2 * scale)
        edits = only(file, "/parts/edits")[v]
        check.equal(f"edits of {name}", edits != 0, np.full(len(ids), name == "stream"))
        parts = sum_of_parts(lambda part, v=v: only(file, f"/parts/{part}")[v], edits)
        check.close(f"the parts' sum of {name}", parts, now["parts/total"], TENSOR * magnitude(now["parts/total"]))


def passes_numbers(model, ids, tokens, interventions):
    """All that the workflow stores of one pass but for what edits put in: {stage/variable: array}."""
    logits, seen = reference.captured(model, ids, interventions)
    out = {"scores/logit_diff": logits[-1, tokens[0]] - logits[-1, tokens[1]], "loss/loss": reference.losses(logits, ids)}
    out["loss/mean_loss"] = out["loss/loss"].mean()
    out["before/pattern"] = reference.pattern_at(seen, model, ids, lambda query: query - 1)
    out["before/pattern_entropy"] = reference.pattern_entropy(seen, model)
    for place in reference.LENS_PLACES:
        vectors = np.stack([seen[f"blocks.{layer}.hook_{place}"] for layer in range(model.n_layer)])
        want = reference.lens_metrics(model, vectors, logits, tokens)
        out |= {f"lens/{place}_{name}": want[name] for name in ("log_prob", "logit_diff", "entropy", "kl_to_final")}
    parts = [reference.contributions(model, logits, seen, tokens, position) for position in range(len(ids))]
    return out | {f"parts/{part}": np.stack([of[part] for of in parts]) for part in PARTS}
