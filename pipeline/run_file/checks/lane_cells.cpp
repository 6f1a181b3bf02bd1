#include "pipeline/run_file/checks/lane_cells.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t attribute(const h5::Dataset& check, const std::string& name) {
  const std::int64_t value = check.integer(name);
  if (value < 1) throw h5::Error(check.path() + "@" + name + ": is not 1 or more");
  return static_cast<std::size_t>(value);
}

template <class Value>
void fill(h5::Dataset& dataset, std::size_t first, std::size_t count, Value value) {
  const std::size_t at_once = kBytesAtOnce / sizeof value;
  for (const std::size_t end = first + count; first < end; first += at_once) {
    const std::vector<Value> values(std::min(at_once, end - first), value);
    for (const h5::Block& block : blocks_of_range(dataset.extents(), first, values.size()))
      dataset.write(block, std::span(values).first(block.cells()));
  }
}

void make_missing(h5::Dataset& dataset, std::size_t first, std::size_t count) {
  switch (dataset.kind()) {
    case h5::Kind::float32:
      return fill(dataset, first, count, std::numeric_limits<float>::quiet_NaN());
    case h5::Kind::float64:
      return fill(dataset, first, count, std::numeric_limits<double>::quiet_NaN());
    default:
      return fill(dataset, first, count, std::int64_t{-1});
  }
}

}  // namespace

LaneCells::LaneCells(const h5::File& file, std::string lane, const h5::Dataset& check,
                     std::vector<std::size_t> run_prompts)
    : lane_(std::move(lane)),
      run_prompts_(std::move(run_prompts)),
      variants_(attribute(check, "variants")),
      variants_a_part_(attribute(check, "variants_a_part")) {
  const h5::Group checkpoint = file.open_group(kCheckpointGroup);
  failed_stage_ = checkpoint.open_dataset("failed_stage");
  failed_reason_ = checkpoint.open_dataset("failed_reason");
  const std::size_t prompts = check.extents().at(0);
  if (check.has_attribute("variables")) names_ = check.texts("variables");
  if (check.has_attribute("continues")) continues_ = check.text("continues");
  std::size_t prompt_bytes = 1;
  for (const h5::Dataset* texts : {&failed_stage_, &failed_reason_}) {
    if (texts->extents().size() != 2)
      throw h5::Error(texts->path() + ": does not have one text for each prompt");
    prompt_bytes += texts->extents()[1];
  }
  for (const std::string& name : names_) {
    const std::size_t slash = name.find('/');
    Cells cells{file.open_group(name.substr(0, slash)).open_dataset(name.substr(slash + 1)), 0, 0};
    if (cells.dataset.extents().empty() || cells.dataset.extents()[0] != prompts)
      throw h5::Error(cells.dataset.path() + ": does not have one row for each prompt");
    cells.row_cells = cells.dataset.cells() / std::max<std::size_t>(prompts, 1);
    cells.piece_cells = cells.row_cells / variants_;
    prompt_bytes += cells.row_cells * cells.dataset.cell_bytes();
    cells_.push_back(std::move(cells));
  }
  if (prompt_bytes <= kBytesOfPrompt)
    prompts_at_once_ = std::max<std::size_t>(kBytesAtOnce / prompt_bytes, 1);
}

LaneCells::Range LaneCells::range_of(std::size_t variable, const MarkedPart& first,
                                     const MarkedPart& last) const {
  const Cells& cells = cells_[variable];
  const auto begin = [&](std::size_t prompt, std::size_t part) {
    return prompt * cells.row_cells + std::min(part * variants_a_part_, variants_) * cells.piece_cells;
  };
  const std::size_t from = begin(first.prompt, first.part);
  return {from, begin(last.prompt, last.part + 1) - from};
}

void LaneCells::clear(const MarkedPart& part) {
  for (std::size_t variable = 0; variable < cells_.size(); ++variable) {
    const auto [first, count] = range_of(variable, part, part);
    make_missing(cells_[variable].dataset, first, count);
  }
}

void LaneCells::clear() {
  for (Cells& cells : cells_) make_missing(cells.dataset, 0, cells.dataset.cells());
}

}  // namespace hookflow::pipeline
