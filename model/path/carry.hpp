#pragma once
#include <map>
#include <set>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/memory/tensor.hpp"
#include "model/path/path.hpp"

namespace hookflow {

/// Of one prompt at n positions: (n, columns of the place), all heads side by side.
using HeldRows = std::map<HookPoint, Tensor>;

/// Where changes go, and what happens on the way.
struct CarryPlan {
  std::set<HookPoint> receivers;
  bool computes_mlps = true;  // MLPs in between are computed anew on the changed stream; else held

  /// What the pass that is edited must hold for changes of these senders to be carried in it.
  [[nodiscard]] std::set<HookPoint> places(const Senders& senders) const;
};

/// The two passes of one prompt.
struct CarriedPasses {
  const HeldRows& own;    // of the pass that is edited: all of CarryPlan::places
  const HeldRows& other;  // what the senders hold in the other pass
};

/// How many numbers a place has at a position.
std::size_t columns_of(HookKind kind, const Config& config);

/// Carries the senders' change from the own pass to the other one along the residual stream, position by
/// position, for several sets of senders side by side. Returns for each what the receivers behind it get.
/// Positions at which nothing changes get what the own pass holds, to the bit.
std::vector<HeldRows> carry(const Model& model, const CarryPlan& plan, const CarriedPasses& passes,
                            std::span<const Senders> paths);

/// What that takes, with what both passes hold and what receivers get.
double carry_bytes(const Config& config, const CarryPlan& plan, std::span<const Senders> paths,
                   std::size_t positions);

}  // namespace hookflow
