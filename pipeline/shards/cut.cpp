#include "pipeline/shards/cut.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "pipeline/parallel/for_each_of.hpp"

namespace hookflow::pipeline {
namespace {

constexpr double kSlack = 0.05;  // of a share's work, by which its end may be off without cutting a batch

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

double work_of(const Phase& phase, const Batch& batch) {
  double work = 0;
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane)
    if (phase.runs[lane]) work += work_of(phase, lane, batch, {0, cell_count(phase.lanes[lane].axes)});
  return work;
}

/// A batch that is cut: its chunks, and how far all work has come before each and behind the last.
struct CutBatch {
  std::vector<Piece::Chunks> chunks;
  std::vector<double> ends;
  double shared = 0;  // work that each piece does
};

CutBatch cut_batch(const Phase& phase, const Batch& batch, double begin, double work) {
  CutBatch cut{{}, {begin}, work};
  std::vector<double> works;
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
    if (!is_cut(phase, lane)) continue;
    for (const Chunk& chunk : chunks_of(phase, lane, batch)) {
      cut.chunks.push_back({lane, chunk});
      works.push_back(work_of(phase, lane, batch, chunk.variants));
      cut.shared -= works.back();
    }
  }
  double end = begin + cut.shared;  // which the first does
  for (const double of_chunk : works) cut.ends.push_back(end += of_chunk);
  return cut;
}

/// Gives out batches one after the other: a share is full where the work has come as far as its number says.
class Deal {
 public:
  Deal(const Phase& phase, std::size_t shares, double all)
      : phase_(phase), shares_(shares), mean_(all / static_cast<double>(shares)) {}

  void give(std::size_t batch, double work) {
    while (!is_last() && end_of_share() - begin_ <= kSlack * mean_) ++share_;
    if (is_last() || begin_ + work - end_of_share() <= kSlack * mean_)
      shares_[share_].push_back({batch, work, true, {}});
    else
      give_chunks(batch, work);
    begin_ += work;
  }
  std::vector<std::vector<Piece>> take() { return std::move(shares_); }

 private:
  [[nodiscard]] bool is_last() const { return share_ + 1 == shares_.size(); }
  [[nodiscard]] double end_of_share() const { return mean_ * static_cast<double>(share_ + 1); }

  void give_chunks(std::size_t batch, double work) {
    const CutBatch cut = cut_batch(phase_, phase_.plan.batches[batch], begin_, work);
    const std::size_t count = cut.chunks.size();
    if (count == 0) return shares_[share_].push_back({batch, work, true, {}});
    for (std::size_t first = 0; first < count;) {
      const std::size_t end = is_last() ? count : nearest_end(cut, first);
      if (end > first) {
        Piece piece{batch, cut.ends[end] - cut.ends[first], end - first == count, {}};
        if (first > 0) piece.work += cut.shared;  // again
        if (!piece.whole) piece.chunks.assign(at(cut, first), at(cut, end));
        shares_[share_].push_back(std::move(piece));
      }
      first = end;
      if (first < count) ++share_;
    }
  }

  static std::vector<Piece::Chunks>::const_iterator at(const CutBatch& cut, std::size_t chunk) {
    return cut.chunks.begin() + static_cast<std::ptrdiff_t>(chunk);
  }
  /// Where chunks end that the share still takes: where it is nearest to being full.
  [[nodiscard]] std::size_t nearest_end(const CutBatch& cut, std::size_t first) const {
    const auto off = [&](std::size_t end) { return std::abs(cut.ends[end] - end_of_share()); };
    std::size_t end = first;
    while (end + 1 < cut.ends.size() && off(end + 1) < off(end)) ++end;
    return end;
  }

  const Phase& phase_;
  std::vector<std::vector<Piece>> shares_;
  double mean_;
  double begin_ = 0;  // work that was given out
  std::size_t share_ = 0;
};

}  // namespace

std::vector<std::vector<Piece>> cut_phase(const Phase& phase, std::size_t shares) {
  std::vector<double> works(phase.plan.batches.size());
  for_each_of(works.size(), [&](std::size_t i) { works[i] = work_of(phase, phase.plan.batches[i]); });
  Deal deal(phase, shares, std::accumulate(works.begin(), works.end(), 0.0));
  for (std::size_t batch = 0; batch < works.size(); ++batch) deal.give(batch, works[batch]);
  return deal.take();
}

}  // namespace hookflow::pipeline
