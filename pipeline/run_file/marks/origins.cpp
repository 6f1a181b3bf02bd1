#include "pipeline/run_file/marks/origins.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kKernel = "kernel";
constexpr std::size_t kNameBytes = 256;

}  // namespace

void Origins::create(h5::File& file, const RunLayout& layout) {
  h5::Group group = file.open_group(kCheckpointGroup);
  create_text_rows(group, kKernel, kNameBytes,
                   {numbered_axis("kernel_number", kKernels, "Number of the kernel, less 1")},
                   "Processor and BLAS kernels that computed what was merged");
  for (const LaneLayout& lane : layout.lanes)
    create_array(group, "kernel_" + lane.name, h5::Kind::uint8,
                 {{"prompt", {}, "", ""}, {"part_" + lane.name, {}, "", ""}},
                 "Which kernel, from 1, computed each piece; 0: none of those, but a process in /history");
}

bool Origins::stand_in(const h5::File& file) {
  return file.integer("format_version") > 7 && file.open_group(kCheckpointGroup).has(kKernel);
}

Origins::Origins(const h5::File& file, const std::vector<std::string>& lanes) {
  const h5::Group group = file.open_group(kCheckpointGroup);
  kernels_ = group.open_dataset(kKernel);
  names_ = kernels_.read_row_texts();
  names_.erase(std::ranges::find(names_, ""), names_.end());
  for (const std::string& lane : lanes) {
    h5::Dataset kernels = group.open_dataset("kernel_" + lane);
    std::vector<std::uint8_t> marked = kernels.read_all<std::uint8_t>();
    lanes_.push_back({std::move(kernels), std::move(marked), {}});
  }
}

std::size_t Origins::number_of(const std::string& kernel) {
  if (kernel == last_) return last_number_;
  last_ = kernel;
  return last_number_ = number_of_new(kernel);
}

std::size_t Origins::number_of_new(const std::string& kernel) {
  const std::string name = spell_bytes(kernel).substr(0, kNameBytes);
  const auto known = std::ranges::find(names_, name);
  const auto number = static_cast<std::size_t>(known - names_.begin());
  if (known != names_.end()) return number;
  if (number == kKernels)
    throw h5::Error(kernels_.path() + ": has room for " + std::to_string(kKernels) + " different kernels");
  kernels_.write_row_text(number, name);
  names_.push_back(name);
  return number;
}

void Origins::set(std::size_t lane, std::size_t prompt, std::size_t part, const std::string& kernel) {
  put(lane, prompt, part, static_cast<std::uint8_t>(number_of(kernel) + 1));
}

void Origins::put(std::size_t lane, std::size_t prompt, std::size_t part, std::uint8_t number) {
  Lane& of = lanes_.at(lane);
  std::uint8_t& marked = of.marked.at(prompt * of.kernels.extents().at(1) + part);
  if (std::exchange(marked, number) != number) of.changed.add(prompt);
}

void Origins::write() {
  for (Lane& lane : lanes_) {
    const std::size_t width = lane.kernels.extents().at(1);
    const std::span<const std::uint8_t> marked(lane.marked);
    const std::vector<std::size_t>& changed = lane.changed.ascending();
    for (auto prompt = changed.begin(); prompt != changed.end();) {
      const std::size_t first = *prompt;
      std::size_t end = first;
      while (prompt != changed.end() && *prompt == end) ++prompt, ++end;
      lane.kernels.write(lane.kernels.rows(first, end - first),
                         marked.subspan(first * width, (end - first) * width));
    }
    lane.changed.clear();
  }
}

}  // namespace hookflow::pipeline
