#include "pipeline/shards/share_work.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <ostream>
#include <vector>

#include "pipeline/shards/cut.hpp"
#include "pipeline/text/byte_size.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {

ShareWork share_work(const Phase& phase, const Share& share) {
  std::vector<double> works;
  for (const std::vector<Piece>& pieces : cut_phase(phase, share.count))
    works.push_back(
        std::transform_reduce(pieces.begin(), pieces.end(), 0.0, std::plus<>(), std::mem_fn(&Piece::work)));
  const double all = std::reduce(works.begin(), works.end());
  return {works.at(share.number - 1), all / static_cast<double>(share.count), std::ranges::max(works)};
}

void print_share_work(const ShareWork& work, const Share& share, std::ostream& out) {
  out << "share " << to_string(share) << ": " << scaled(work.own, "FLOP");
  if (work.mean > 0)
    out << "; the longest share has " << shown_number(work.longest / work.mean) << " times the mean";
  out << "\n";
}

}  // namespace hookflow::pipeline
