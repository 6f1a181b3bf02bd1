#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "model/hooks/hook.hpp"
#include "model/memory/tensor.hpp"
#include "model/pass/forward.hpp"
#include "model/pass/row_layout.hpp"

namespace hookflow {

/// What a clean pass keeps for the variants that join it: activations of all rows at some places.
struct CleanPass::State {
  ForwardPlan plan;
  RowLayout rows;                    // of all prompts, every position
  std::vector<FedLength> fed;        // of each prompt
  std::map<HookPoint, Tensor> kept;  // (rows, columns of the place)
};

/// Where a variant enters the batch, and which clean activations it starts from.
struct Join {
  HookKind at;
  std::vector<HookKind> inherits;
};

/// By the place that a variant edits first.
Join join_of(HookKind first_edit);

/// The places of a clean pass that the variants of a plan's first edits start from, each once.
std::set<HookPoint> inherited_places(const ForwardPlan& plan);

/// A place, and the positions at which its values are needed of a sequence.
struct Ask {
  HookPoint at;
  std::vector<std::size_t> positions;  // ascending, each once
};

/// One sequence of a batch: a prompt of a clean pass, or one variant of a prompt.
struct Sequence {
  FedLength fed{0};
  HookPoint joins;     // where it enters the batch, which may be before its edit; the clean pass: hook_embed
  HookPoint own_from;  // the place that it edits first: from here on its captures are its own
  std::size_t prompt = 0;
  const Variant* variant = nullptr;  // none: a prompt of a clean pass
  std::vector<Ask> asks;
  PassResult* result = nullptr;
};

}  // namespace hookflow
