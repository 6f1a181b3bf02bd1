"""How evenly batches are dealt out to shards: a simulation from what the batches take."""
import heapq
import re

LARGEST = 256  # tokens of a batch: hookflow's batch_tokens


def tokens(text):
    """Of sentences in which each word and mark is one token, as of make_prompts.py."""
    return tuple(re.findall(r"\w+|[^\w\s]", text))


def shared(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def families(prompts):
    """Prompts that begin alike: [[tokens that are its own, ...], ...], as stages/tokenize/token_batches.hpp says."""
    found, before = [], ()
    for own in sorted(prompts):
        common = shared(before, own)
        if before and common > 1 and 4 * common >= min(len(before), len(own)):
            found[-1].append(max(1, len(own) - common))
        else:
            found.append([len(own)])
        before = own
    return found


def batch_costs(prompts):
    """The tokens that each batch computes, of its prompts' tokens."""
    costs = []
    for family in families(prompts):
        if not costs or costs[-1] + sum(family) > LARGEST:
            costs.append(0)
        for index, weight in enumerate(family):
            if costs[-1] and costs[-1] + weight > LARGEST and index:
                costs.append(0)
            costs[-1] += weight
    return [cost for cost in costs if cost]


def longest_to_mean(costs, shards):
    """Dealt out greedily, the largest batch first, each to the shard that has the least."""
    loads = [0.0] * shards
    heapq.heapify(loads)
    for cost in sorted(costs, reverse=True):
        heapq.heapreplace(loads, loads[0] + cost)
    return max(loads) / (sum(costs) / shards)
