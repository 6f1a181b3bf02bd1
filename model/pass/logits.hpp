#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/memory/tensor.hpp"
#include "model/rows/row_layout.hpp"

namespace hookflow {

/// Logits at one position (vocabulary), with a share in the memory that they are in.
struct LogitRow {
  std::span<const float> values;
  std::shared_ptr<const float[]> memory;
};

/// The logit of one token at one position by what the final norm gave there, (d): a product of its own, in
/// double, whose bits do not depend on what else is computed. Throws std::logic_error for an id that is none
/// of the vocabulary.
double token_logit(const Model& model, std::span<const float> normalized, std::int32_t token);

/// The logits of a pass, made when they are read: of at most kRows rows at once. Of the blocks that were
/// made those read last are kept, so that those of many variants are never all in memory.
class LogitBlocks {
 public:
  static constexpr std::size_t kRows = 256;
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  /// `normalized`: (rows, d), what the final norm gave; `kept`: blocks, at least one.
  LogitBlocks(const Model& model, RowLayout rows, View normalized, std::size_t kept);

  [[nodiscard]] const RowLayout& rows() const { return rows_; }
  /// Of a row of the layout. May be called by several threads.
  [[nodiscard]] LogitRow row(std::size_t row) const;

 private:
  const Model& model_;
  RowLayout rows_;
  std::size_t kept_;
  std::shared_ptr<float[]> memory_;
  View normalized_;
  mutable std::mutex mutex_;
  mutable std::list<std::pair<std::size_t, std::shared_ptr<float[]>>> blocks_;  // by index, last read first
};

/// Logits of one sequence at the positions that were asked for.
class PassLogits {
 public:
  /// Adds a position's; they may be another pass's.
  void add(std::size_t position, std::shared_ptr<const LogitBlocks> blocks, std::size_t row) {
    positions_.push_back(position);
    rows_.push_back({std::move(blocks), row});
  }
  [[nodiscard]] const std::vector<std::size_t>& positions() const { return positions_; }  // ascending
  /// At positions()[index].
  [[nodiscard]] LogitRow row(std::size_t index) const { return rows_[index].blocks->row(rows_[index].row); }

 private:
  struct Row {
    std::shared_ptr<const LogitBlocks> blocks;
    std::size_t row;
  };
  std::vector<std::size_t> positions_;
  std::vector<Row> rows_;
};

}  // namespace hookflow
