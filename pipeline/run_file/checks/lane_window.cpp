#include "pipeline/run_file/checks/lane_window.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/parallel/for_each_of.hpp"

namespace hookflow::pipeline {
namespace {

/// The bytes of whole rows of a dataset along its first axis, as they are stored.
std::string read_rows(const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  const h5::Block block = dataset.rows(first, count);
  std::string rows(block.cells() * dataset.cell_bytes(), '\0');
  dataset.read_stored(block, rows);
  return rows;
}

void read_in_stretches(const h5::Dataset& dataset, std::size_t first, std::size_t count,
                       const LaneWindow::Use& use) {
  const std::size_t at_once = kBytesAtOnce / dataset.cell_bytes();
  std::string bytes;
  for (const std::size_t end = first + count; first < end; first += at_once)
    for_blocks(dataset.extents(), first, std::min(at_once, end - first),
               [&](const h5::Block& block, std::size_t from, std::size_t cells) {
                 bytes.resize(cells * dataset.cell_bytes());
                 dataset.read_stored(block, bytes);
                 use(first + from, bytes);
               });
}

}  // namespace

void add_cells(Sha256& digest, const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  read_in_stretches(dataset, first, count, [&](std::size_t, std::string_view bytes) { digest.add(bytes); });
}

LaneWindow::LaneWindow(const LaneCells& lane, std::span<const MarkedPart> parts)
    : lane_(&lane), in_memory_(lane.prompts_at_once() > 0) {
  const std::size_t first = parts.front().prompt;
  const std::size_t beyond = first + std::max<std::size_t>(lane.prompts_at_once(), 1);
  const auto end = std::ranges::find_if(parts, [&](const auto& part) { return part.prompt >= beyond; });
  parts_.assign(parts.begin(), end);
  const std::size_t prompts = parts_.back().prompt - first + 1;
  if (in_memory_)
    for (std::size_t variable = 0; variable < lane.variables().size(); ++variable)
      rows_.push_back(read_rows(lane.dataset(variable), first, prompts));
  if (std::ranges::count(parts_, PartState::failed, &MarkedPart::state) > 0)
    reasons_ = {read_rows(lane.failed_stage(), first, prompts),
                read_rows(lane.failed_reason(), first, prompts)};
}

void LaneWindow::for_cells(std::size_t variable, const MarkedPart& first, const MarkedPart& last,
                           const Use& use) const {
  const h5::Dataset& dataset = lane_->dataset(variable);
  const auto [cell, count] = lane_->range_of(variable, first, last);
  if (!in_memory_) return read_in_stretches(dataset, cell, count, use);
  const std::size_t before = cell - parts_.front().prompt * lane_->row_cells(variable);
  const std::size_t bytes = dataset.cell_bytes();
  use(cell, std::string_view(rows_[variable]).substr(before * bytes, count * bytes));
}

std::int64_t LaneWindow::checksum(Sha256& digest, const MarkedPart& part) const {
  const bool failed = part.state == PartState::failed;
  const auto add_number = [&](std::size_t number) {
    std::array<char, 24> text{' '};
    const auto end = std::to_chars(text.data() + 1, text.data() + text.size(), number).ptr;
    digest.add({text.data(), end});
  };
  digest.add(lane_->lane());
  add_number(lane_->run_prompt(part.prompt));
  add_number(part.part);
  digest.add(failed ? " failed\n" : " done\n");
  for (std::size_t variable = 0; variable < lane_->variables().size(); ++variable)
    for_cells(variable, part, part, [&](std::size_t, std::string_view bytes) { digest.add(bytes); });
  if (!failed) return digest.first_64();
  const std::size_t row = part.prompt - parts_.front().prompt;
  const std::size_t rows = parts_.back().prompt - parts_.front().prompt + 1;
  for (const std::string& reasons : reasons_) {
    const std::size_t width = reasons.size() / rows;
    digest.add(std::string_view(reasons).substr(row * width, width));
  }
  return digest.first_64();
}

std::vector<std::int64_t> LaneWindow::checksums() const {
  std::vector<std::int64_t> checksums(parts_.size());
  const std::size_t together = in_memory_ ? 256 : parts_.size();
  const auto compute = [&](std::size_t block) {
    Sha256 digest;
    for (std::size_t i = block * together; i < std::min((block + 1) * together, parts_.size()); ++i)
      checksums[i] = checksum(digest, parts_[i]);
  };
  if (in_memory_)
    for_each_of((parts_.size() + together - 1) / together, compute);
  else
    compute(0);  // HDF5 is used by one thread at a time
  return checksums;
}

}  // namespace hookflow::pipeline
