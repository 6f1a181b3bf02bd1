#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/edits/edit_kind.hpp"

namespace hookflow {
namespace {

constexpr const char* kOverHead = "head";

float mean_of_all(View block) {
  double sum = 0;
  for (std::size_t row = 0; row < block.rows; ++row) {
    const auto values = block.row(row);
    sum = std::accumulate(values.begin(), values.end(), sum);
  }
  return static_cast<float>(sum / static_cast<double>(block.rows * block.columns));
}

std::vector<float> mean_of_rows(View block) {
  std::vector<double> sums(block.columns);
  for (std::size_t row = 0; row < block.rows; ++row) {
    const auto values = block.row(row);
    std::transform(sums.begin(), sums.end(), values.begin(), sums.begin(), std::plus<>());
  }
  std::vector<float> means(block.columns);
  std::transform(sums.begin(), sums.end(), means.begin(),
                 [&](double sum) { return static_cast<float>(sum / static_cast<double>(block.rows)); });
  return means;
}

/// The mean over a head's positions and dimensions, one scalar; or over the positions, a number a dimension.
class Mean : public EditKind {
 public:
  explicit Mean(const std::string& over) : over_head_(over == kOverHead) {}

  [[nodiscard]] bool reads_all_rows() const override { return true; }
  [[nodiscard]] bool head_by_head() const override { return over_head_; }

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (place.kind == HookKind::attn_scores)
      return "mean: a mean over hook_attn_scores is minus infinity, as the scores of keys behind a query are";
    if (!over_head_ || place.one_head) return {};
    const std::string name = pattern_name(place.kind);
    return "{mean: head} needs a head, and '" + name + "' is edited as a whole" +
           (has_heads(place.kind) ? "; write " + name + "[*]" : "; use {mean: positions}");
  }

  float edit(const EditedRows& at) const override {
    if (over_head_) {
      const float mean = fill_rows(mean_of_all(at.original), at);
      return std::isnan(mean) ? std::numeric_limits<float>::infinity() : mean;  // not as if there were none
    }
    const std::vector<float> means = mean_of_rows(at.original);
    for (const std::size_t row : at.rows) std::ranges::copy(means, at.block.row(row).begin());
    return kNoScalar;
  }

 private:
  bool over_head_;
};

const bool kMeanKind = register_edit_kind<Mean, std::string>(
    "mean", {.words = {{kOverHead, "one number, the mean over positions and dimensions"},
                       {"positions", "for each dimension its mean over positions"}}});

}  // namespace
}  // namespace hookflow
