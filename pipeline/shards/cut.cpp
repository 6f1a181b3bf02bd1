#include "pipeline/shards/cut.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace hookflow::pipeline {
namespace {

constexpr double kEven = 1.1;  // the longest share to the mean

/// Whether a lane's work is cut with the batch's variants. What is not, each piece of a batch repeats.
bool is_cut(const Phase& phase, std::size_t lane) {
  return phase.runs[lane] && !phase.again(lane) && !phase.lanes[lane].axes.empty();
}

double work_of(const Phase& phase, std::size_t lane, const Batch& batch, VariantRange variants) {
  double work = 0;
  for (const std::size_t stage : phase.lanes[lane].stages)
    work += phase.stages[stage].flow->flops({batch, variants});
  // Stages that count none, such as those of other libraries: all alike.
  return work > 0 ? work : static_cast<double>(batch.weight() * variants.count);
}

VariantRange all_variants(const Lane& lane) { return {0, cell_count(lane.axes)}; }

/// How a batch may be cut: into so many pieces as there are chunks, and no more.
class CutBatch {
 public:
  CutBatch(const Phase& phase, std::size_t batch) : phase_(&phase), batch_(batch) {
    for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane)
      if (phase.runs[lane])
        (is_cut(phase, lane) ? cut_ : shared_) +=
            work_of(phase, lane, batch_of(), all_variants(phase.lanes[lane]));
  }

  /// Makes one piece more of it; false: it has no more chunks.
  bool cut() {
    if (chunks_.empty()) find_chunks();
    if (pieces_ >= chunks_.size()) return false;
    ++pieces_;
    return true;
  }
  void add_to(std::vector<Piece>& pieces) const {
    if (pieces_ == 1) {
      pieces.push_back({batch_, shared_ + cut_, true, {}});
      return;
    }
    double before = 0;  // of the batch's chunks
    std::size_t last = 0;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      // Each has a chunk at least, and so many have about the same work.
      const auto here =
          static_cast<std::size_t>((before + works_[i] / 2) / cut_ * static_cast<double>(pieces_));
      const bool is_new =
          i == 0 || (here > last && last + 1 < pieces_) || chunks_.size() - i < pieces_ - last;
      if (is_new) {
        if (i > 0) ++last;
        pieces.push_back({batch_, shared_, false, {}});
      }
      pieces.back().work += works_[i];
      pieces.back().chunks.push_back(chunks_[i]);
      before += works_[i];
    }
  }

 private:
  [[nodiscard]] const Batch& batch_of() const { return phase_->plan.batches[batch_]; }
  void find_chunks() {
    for (std::size_t lane = 0; lane < phase_->lanes.size(); ++lane) {
      if (!is_cut(*phase_, lane)) continue;
      for (const Chunk& chunk : chunks_of(*phase_, lane, batch_of())) {
        chunks_.push_back({lane, chunk});
        works_.push_back(work_of(*phase_, lane, batch_of(), chunk.variants));
      }
    }
    cut_ = std::accumulate(works_.begin(), works_.end(), 0.0);
  }

  const Phase* phase_;
  std::size_t batch_;
  double shared_ = 0;  // work that each piece does
  double cut_ = 0;     // that is divided among them
  std::size_t pieces_ = 1;
  std::vector<Piece::Chunks> chunks_;  // once it is to be cut
  std::vector<double> works_;          // of each chunk
};

struct Deal {
  std::vector<std::vector<Piece>> shares;
  std::vector<double> works;

  [[nodiscard]] std::size_t longest() const {
    return static_cast<std::size_t>(std::ranges::max_element(works) - works.begin());
  }
  [[nodiscard]] double most() const { return works[longest()]; }
};

Deal deal_out(const std::vector<CutBatch>& batches, std::size_t shares) {
  std::vector<Piece> pieces;
  for (const CutBatch& batch : batches) batch.add_to(pieces);
  std::ranges::stable_sort(pieces, std::greater<>(), &Piece::work);
  Deal deal{std::vector<std::vector<Piece>>(shares), std::vector<double>(shares)};
  using Load = std::pair<double, std::size_t>;  // of a share, and which
  std::priority_queue<Load, std::vector<Load>, std::greater<>> least;
  for (std::size_t share = 0; share < shares; ++share) least.emplace(0.0, share);
  for (Piece& piece : pieces) {
    const auto [work, share] = least.top();
    least.pop();
    deal.works[share] = work + piece.work;
    least.emplace(deal.works[share], share);
    deal.shares[share].push_back(std::move(piece));
  }
  return deal;
}

/// Cuts the batch with the largest piece of the longest share that can still be cut.
bool cut_one(const Deal& deal, std::vector<CutBatch>& batches) {
  return std::ranges::any_of(deal.shares[deal.longest()],
                             [&](const Piece& piece) { return batches[piece.batch].cut(); });
}

}  // namespace

std::vector<std::vector<Piece>> cut_phase(const Phase& phase, std::size_t shares) {
  std::vector<CutBatch> batches;
  for (std::size_t batch = 0; batch < phase.plan.batches.size(); ++batch) batches.emplace_back(phase, batch);
  Deal deal = deal_out(batches, shares);
  const double mean =
      std::accumulate(deal.works.begin(), deal.works.end(), 0.0) / static_cast<double>(shares);
  Deal best = deal;
  while (best.most() > kEven * mean && cut_one(deal, batches)) {
    deal = deal_out(batches, shares);
    if (deal.most() < best.most()) best = deal;
  }
  return std::move(best.shares);
}

}  // namespace hookflow::pipeline
