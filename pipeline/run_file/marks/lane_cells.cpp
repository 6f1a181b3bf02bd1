#include "pipeline/run_file/marks/lane_cells.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/parallel/for_each_of.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kAtOnce = std::size_t{1} << 22;  // bytes that are read or written together

std::size_t attribute(const h5::Dataset& check, const std::string& name) {
  const std::int64_t value = check.integer(name);
  if (value < 1) throw h5::Error(check.path() + "@" + name + ": is not 1 or more");
  return static_cast<std::size_t>(value);
}

template <class Value>
void fill(h5::Dataset& dataset, std::size_t first, std::size_t count, Value value) {
  const std::size_t at_once = kAtOnce / sizeof value;
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

/// The bytes of whole rows of a dataset along its first axis, as they are stored.
std::string read_rows(const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  const h5::Block block = dataset.rows(first, count);
  std::string rows(block.cells() * dataset.cell_bytes(), '\0');
  dataset.read_stored(block, rows);
  return rows;
}

}  // namespace

void add_cells(Sha256& digest, const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  const std::size_t at_once = kAtOnce / dataset.cell_bytes();
  std::string bytes;
  for (const std::size_t end = first + count; first < end; first += at_once) {
    for (const h5::Block& block : blocks_of_range(dataset.extents(), first, std::min(at_once, end - first))) {
      bytes.resize(block.cells() * dataset.cell_bytes());
      dataset.read_stored(block, bytes);
      digest.add(bytes);
    }
  }
}

/// The rows of some prompts in memory: many small parts are read together.
class LaneCells::Slab {
 public:
  Slab(const LaneCells& lane, std::size_t first, std::size_t count) : lane_(lane), first_(first) {
    for (const Cells& cells : lane.cells_) rows_.push_back(read_rows(cells.dataset, first, count));
  }
  void add(Sha256& digest, const MarkedPart& part) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Cells& cells = lane_.cells_[i];
      const auto [first, count] = lane_.range_of(cells, part);
      const std::size_t bytes = cells.dataset.cell_bytes();
      digest.add(
          std::string_view(rows_[i]).substr((first - first_ * cells.row_cells) * bytes, count * bytes));
    }
  }

 private:
  const LaneCells& lane_;
  std::size_t first_;
  std::vector<std::string> rows_;  // an entry for each variable
};

/// Stage and reason of failed prompts; those of the next prompts are read along, which often failed too.
class LaneCells::FailureRows {
 public:
  explicit FailureRows(const LaneCells& lane) : datasets_{&lane.failed_stage_, &lane.failed_reason_} {}
  std::string of(std::size_t prompt) {
    constexpr std::size_t kRows = 1024;
    if (rows_.empty() || prompt < first_ || prompt - first_ >= count_) {
      first_ = prompt;
      count_ = std::min(kRows, datasets_[0]->extents().at(0) - prompt);
      rows_.clear();
      for (const h5::Dataset* dataset : datasets_) rows_.push_back(read_rows(*dataset, first_, count_));
    }
    std::string own;
    for (const std::string& rows : rows_) {
      const std::size_t width = rows.size() / count_;
      own += std::string_view(rows).substr((prompt - first_) * width, width);
    }
    return own;
  }

 private:
  std::vector<const h5::Dataset*> datasets_;
  std::vector<std::string> rows_;  // an entry for each dataset
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

LaneCells::LaneCells(const h5::File& file, std::string lane, const h5::Dataset& check)
    : lane_(std::move(lane)),
      variants_(attribute(check, "variants")),
      variants_a_part_(attribute(check, "variants_a_part")) {
  const h5::Group checkpoint = file.open_group(kCheckpointGroup);
  failed_stage_ = checkpoint.open_dataset("failed_stage");
  failed_reason_ = checkpoint.open_dataset("failed_reason");
  const std::size_t prompts = check.extents().at(0);
  if (check.has_attribute("variables")) names_ = check.texts("variables");
  if (check.has_attribute("continues")) continues_ = check.text("continues");
  std::size_t prompt_bytes = 0;
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
  prompts_at_once_ = kAtOnce / std::max<std::size_t>(prompt_bytes, 1);
}

LaneCells::Range LaneCells::range_of(const Cells& cells, const MarkedPart& part) const {
  const std::size_t from = std::min(part.part * variants_a_part_, variants_);
  const std::size_t to = std::min(from + variants_a_part_, variants_);
  return {part.prompt * cells.row_cells + from * cells.piece_cells, (to - from) * cells.piece_cells};
}

void LaneCells::add_large(Sha256& digest, const MarkedPart& part) const {
  for (const Cells& cells : cells_) {
    const auto [first, count] = range_of(cells, part);
    add_cells(digest, cells.dataset, first, count);
  }
}

void LaneCells::clear(const MarkedPart& part) {
  for (Cells& cells : cells_) {
    const auto [first, count] = range_of(cells, part);
    make_missing(cells.dataset, first, count);
  }
}

void LaneCells::clear() {
  for (Cells& cells : cells_) make_missing(cells.dataset, 0, cells.dataset.cells());
}

std::vector<std::int64_t> LaneCells::checksums(std::span<const MarkedPart> parts) const {
  std::vector<std::int64_t> checksums;
  checksums.reserve(parts.size());
  FailureRows failures(*this);
  while (!parts.empty()) {
    const std::size_t beyond = parts.front().prompt + std::max<std::size_t>(prompts_at_once_, 1);
    const auto end = std::ranges::find_if(parts, [&](const auto& part) { return part.prompt >= beyond; });
    add_checksums(parts.first(static_cast<std::size_t>(end - parts.begin())), failures, checksums);
    parts = {end, parts.end()};
  }
  return checksums;
}

void LaneCells::add_checksums(std::span<const MarkedPart> parts, FailureRows& failures,
                              std::vector<std::int64_t>& checksums) const {
  std::map<std::size_t, std::string> why;  // by prompt
  for (const MarkedPart& part : parts)
    if (part.state == PartState::failed && !why.contains(part.prompt))
      why[part.prompt] = failures.of(part.prompt);
  const auto checksum = [&](Sha256& digest, const MarkedPart& part, const auto& add_cells_of) {
    const bool failed = part.state == PartState::failed;
    digest.add(lane_);
    digest.add(" ");
    digest.add(std::to_string(part.prompt));
    digest.add(" ");
    digest.add(std::to_string(part.part));
    digest.add(failed ? " failed\n" : " done\n");
    add_cells_of(digest, part);
    if (failed) digest.add(why.at(part.prompt));
    return digest.first_64();
  };
  if (prompts_at_once_ == 0) {
    Sha256 digest;
    for (const MarkedPart& part : parts)
      checksums.push_back(checksum(digest, part, [&](auto& to, auto& of) { add_large(to, of); }));
    return;
  }
  const std::size_t first = parts.front().prompt;
  const Slab slab(*this, first, parts.back().prompt - first + 1);
  const std::size_t known = checksums.size();
  checksums.resize(known + parts.size());
  constexpr std::size_t kTogether = 256;
  for_each_of((parts.size() + kTogether - 1) / kTogether, [&](std::size_t block) {
    Sha256 digest;
    for (std::size_t i = block * kTogether; i < std::min((block + 1) * kTogether, parts.size()); ++i)
      checksums[known + i] = checksum(digest, parts[i], [&](auto& to, auto& of) { slab.add(to, of); });
  });
}

}  // namespace hookflow::pipeline
