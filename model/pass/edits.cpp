#include "model/pass/edits.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/error.hpp"

namespace hookflow {
namespace {

constexpr float kNoScalar = std::numeric_limits<float>::quiet_NaN();

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

}  // namespace

bool takes_mean(const Replacement& with) {
  return with.kind == Replacement::Kind::mean_head || with.kind == Replacement::Kind::mean_positions;
}

float known_scalar(const Replacement& with) {
  switch (with.kind) {
    case Replacement::Kind::zero:
      return 0;
    case Replacement::Kind::value:
      return with.value;
    default:
      return kNoScalar;
  }
}

float replace_rows(const Replacement& with, std::span<const std::size_t> rows, View original,
                   MutableView block) {
  const auto fill = [&](float value) {
    for (const std::size_t row : rows) {
      std::fill_n(block.row(row).begin(), block.columns, value);
    }
    return value;
  };
  switch (with.kind) {
    case Replacement::Kind::zero:
      return fill(0);
    case Replacement::Kind::value:
      return fill(with.value);
    case Replacement::Kind::mean_head:
      return fill(mean_of_all(original));
    case Replacement::Kind::mean_positions: {
      const std::vector<float> means = mean_of_rows(original);
      for (const std::size_t row : rows) {
        std::copy(means.begin(), means.end(), block.row(row).begin());
      }
      return kNoScalar;
    }
    case Replacement::Kind::add:
      if (with.vector.size() != block.columns) {
        throw ModelError("a vector of " + std::to_string(with.vector.size()) + " values cannot be added to " +
                         std::to_string(block.columns));
      }
      for (const std::size_t row : rows) {
        const auto values = block.row(row);
        std::transform(values.begin(), values.end(), with.vector.begin(), values.begin(), std::plus<>());
      }
      return kNoScalar;
  }
  throw std::logic_error("replace_rows: unknown kind of replacement");
}

void check_intervention(const Intervention& intervention, const Config& config) {
  const HookPoint& at = intervention.at;
  const std::string place = "intervention at " + to_string(at) + ": ";
  if (!editable(at.kind)) {
    throw ModelError(place + "this place can be captured but not edited");
  }
  if (at.layer >= config.layers) {
    throw ModelError(place + "the model has " + std::to_string(config.layers) + " layers, 0-" +
                     std::to_string(config.layers - 1));
  }
  if (intervention.head && !has_heads(at.kind)) {
    throw ModelError(place +
                     "there are no heads here; hook_q, hook_k, hook_v, hook_pattern and hook_z have heads");
  }
  if (intervention.head && *intervention.head >= config.heads) {
    throw ModelError(place + "head " + std::to_string(*intervention.head) +
                     " is out of range; the model has " + std::to_string(config.heads) + " heads, 0-" +
                     std::to_string(config.heads - 1));
  }
  if (intervention.with.kind == Replacement::Kind::mean_head && !has_heads(at.kind)) {
    throw ModelError(place + "there are no heads here to take a head's mean of");
  }
  if (intervention.with.kind == Replacement::Kind::add && at.kind != HookKind::pattern) {
    const std::vector<std::size_t> sizes = shape(at.kind, config).sizes;  // the position's first
    const std::size_t width = intervention.head ? sizes.back()
                                                : std::accumulate(sizes.begin() + 1, sizes.end(),
                                                                  std::size_t{1}, std::multiplies<>());
    if (intervention.with.vector.size() != width) {
      throw ModelError(place + "the vector to add has " + std::to_string(intervention.with.vector.size()) +
                       " values, the place has " + std::to_string(width));
    }
  }
}

}  // namespace hookflow
