#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/rows/forward_plan.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

/// What sequences take of a pass that they are run in together, told before it runs.
class PassCost {
 public:
  PassCost() = default;
  /// Of one sequence; of a whole pass.
  PassCost(const Config& config, const Sequence& sequence, const NeededRows& rows);
  PassCost(const Config& config, const RowPlan& plan);

  /// Of so many alike beside it.
  PassCost& add(const PassCost& other, std::size_t times);
  PassCost& operator+=(const PassCost& other) { return add(other, 1); }

  /// The most rows that its matrix products have at once.
  [[nodiscard]] std::size_t most_rows() const;
  /// Floating-point operations; a multiply and an add are two.
  [[nodiscard]] double flops() const { return flops_; }
  /// Bytes that are taken while it runs, and that the next pass takes again: buffers, and attention's scores
  /// of one block of queries.
  [[nodiscard]] double working_bytes(const Config& config) const;
  /// Bytes that it leaves behind: captures, what variants read, and the logits that are in memory at once, of
  /// so many blocks.
  [[nodiscard]] double held_bytes(const Config& config, std::size_t logit_blocks) const;
  /// Bytes of what is known of its rows: the plan, and where captures find them.
  [[nodiscard]] double index_bytes() const { return static_cast<double>(index_bytes_); }
  friend bool operator==(const PassCost&, const PassCost&) = default;

 private:
  std::vector<std::uint32_t> layer_rows_;  // of each layer the most at any place, then those behind all
  double flops_ = 0;
  std::size_t kept_floats_ = 0;
  std::size_t kept_queries_ = 0;  // each with a number for every key of the longest sequence
  std::size_t index_bytes_ = 0;
  std::size_t logit_rows_ = 0;
  bool shares_logits_ = false;  // which then all stay in memory
  std::size_t longest_ = 0;
};

/// How many layers a pass goes through to reach what `plan` asks for.
std::size_t layers_run(const Config& config, const ForwardPlan& plan);

/// How many rows of the embeddings and of the unembedding, whose table is one where they are tied, are read:
/// those of tokens that are fed, and of those whose logits are read one by one. Without ids below 0.
std::size_t table_rows(const Config& config, std::span<const std::int32_t> fed,
                       const std::set<std::int32_t>& named);

/// Bytes of the weights that passes touch: the layers that are run, so many rows of the tables, and
/// for logits the whole vocabulary's.
double weight_bytes(const Config& config, std::size_t rows, const ForwardPlan& plan);

}  // namespace hookflow
