#pragma once
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/naive_gpt2.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::testing {

inline constexpr double kTolerance = 1e-5;

inline std::vector<HookPoint> all_points(const Config& config) {
  std::vector<HookPoint> points;
  for (const HookKind kind : all_hook_kinds()) {
    for (std::size_t layer = 0; layer < (in_block(kind) ? config.layers : 1); ++layer) {
      points.push_back({kind, layer});
    }
  }
  return points;
}

inline ForwardPlan last_logits() {
  ForwardPlan plan;
  plan.logits = {Positions::last()};
  return plan;
}

inline ForwardPlan capture_everything(const Config& config, const Positions& positions = Positions::all()) {
  ForwardPlan plan;
  plan.logits = {positions};
  for (const HookPoint& point : all_points(config)) {
    plan.captures.push_back({point, positions});
  }
  return plan;
}

/// The plan of a clean pass of which these variants will be run, with the same asked of them.
inline ForwardPlan with_edits(ForwardPlan plan, const std::vector<Variant>& variants) {
  const auto of_variants = std::make_shared<const ForwardPlan>(plan);
  plan.edits.push_back({std::make_shared<const std::vector<Variant>>(variants), of_variants});
  return plan;
}

/// The naive pass's values in the order in which a capture holds them.
inline std::vector<double> expected(const NaiveGpt2& naive, const ForwardPlan::Capture& capture,
                                    const Config& config, std::size_t length) {
  const auto& matrix = naive.at.at(capture.at);
  const auto positions = PositionSet(capture.positions.resolve(length)).positions();
  std::vector<double> values;
  if (!has_heads(capture.at.kind)) {
    for (const std::size_t position : positions) {
      values.insert(values.end(), matrix[position].begin(), matrix[position].end());
    }
    return values;
  }
  for (const std::size_t position : positions) {
    for (std::size_t head = 0; head < config.heads; ++head) {
      const bool square = is_square(capture.at.kind);
      const auto& row = matrix[square ? head * length + position : position];
      const std::size_t width = square ? row.size() : row.size() / config.heads;
      const auto first = row.begin() + static_cast<std::ptrdiff_t>(square ? 0 : head * width);
      values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
  }
  return values;
}

/// Within `tolerance` of the largest finite magnitude.
template <typename Expected>
void expect_close(const Tensor& tensor, const Expected& values, double tolerance, const std::string& what) {
  ASSERT_EQ(tensor.values.size(), values.size()) << what;
  double largest = 0;
  for (const auto value : values) {
    largest = std::isfinite(value) ? std::max(largest, std::fabs(static_cast<double>(value))) : largest;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto wanted = static_cast<double>(values[i]);
    const auto got = static_cast<double>(tensor.values[i]);
    if (std::isfinite(wanted)) {
      ASSERT_NEAR(got, wanted, tolerance * largest) << what << " at " << i;
    } else {
      ASSERT_EQ(got, wanted) << what << " at " << i;
    }
  }
}

inline void expect_matches(const PassResult& result, const NaiveGpt2& naive, const ForwardPlan& plan,
                           const Config& config, std::size_t length, const std::string& what) {
  for (const ForwardPlan::Capture& capture : plan.captures) {
    expect_close(tensor_of(result.captured.at(capture.at)), expected(naive, capture, config, length),
                 kTolerance, what + " " + to_string(capture.at));
  }
  for (const Positions& positions : plan.logits) {
    expect_close(tensor_of(result.logits),
                 expected(naive, {{HookKind::logits, 0}, positions}, config, length), kTolerance,
                 what + " logits");
  }
}

}  // namespace hookflow::testing
