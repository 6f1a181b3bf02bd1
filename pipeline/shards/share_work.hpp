#pragma once
#include <iosfwd>

#include "pipeline/engine/phase.hpp"
#include "pipeline/shards/share.hpp"

namespace hookflow::pipeline {

/// What a share of a phase has to do, in floating-point operations, beside the others.
struct ShareWork {
  double own = 0;
  double mean = 0;
  double longest = 0;
};

ShareWork share_work(const Phase& phase, const Share& share);

/// As a line of a dry run.
void print_share_work(const ShareWork& work, const Share& share, std::ostream& out);

}  // namespace hookflow::pipeline
