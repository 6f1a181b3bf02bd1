#include "stages/aggregate/vector_blocks.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

std::string listed_axes(const std::vector<Axis>& axes) {
  std::string names;
  for (const Axis& axis : axes) names += " " + axis.name;
  return names.empty() ? " none" : names;
}

std::string listed_axes(const std::vector<Variable>& variables) {
  std::string all;
  for (const Variable& variable : variables)
    all += (all.empty() ? "" : "; ") + variable.name + " has" + listed_axes(variable.axes);
  return all;
}

std::size_t index_of(const std::vector<Axis>& axes, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(axes, name, &Axis::name) - axes.begin());
}

}  // namespace

VectorBlocks::VectorBlocks(const std::vector<Variable>& variables, std::string between, std::string along)
    : between_(std::move(between)), along_(std::move(along)) {
  if (along_ == between_) throw ParamError("along", "'" + along_ + "' is the axis `between` as well");
  std::ranges::copy_if(variables, std::back_inserter(blocks_),
                       [&](const Variable& variable) { return is_block(variable); });
  if (blocks_.empty() && along_.empty())
    throw ParamError("between", "no variable has exactly two axes, one of them '" + between_ +
                                    "': " + listed_axes(variables) +
                                    "; of further axes say by `along` which one the entries are along, or "
                                    "pick one label, as in x[layer=6]");
  if (blocks_.empty())
    throw ParamError("along", "no variable has the axes '" + between_ + "' and '" + along_ +
                                  "': " + listed_axes(variables));
  kept_ = kept_of(blocks_.front());
  for (const Variable& block : blocks_) {
    if (kept_of(block) != kept_)
      throw ParamError("in", "'" + blocks_.front().name + "' keeps the axes" + listed_axes(kept_) + " and '" +
                                 block.name + "'" + listed_axes(kept_of(block)) +
                                 ", or other labels along them; they must be the same: name one variable, as "
                                 "in stage.variable");
  }
}

const Axis& VectorBlocks::items(std::size_t block) const {
  return blocks_[block].axes[index_of(blocks_[block].axes, between_)];
}

const Axis& VectorBlocks::entries(std::size_t block) const {
  return blocks_[block].axes[place_in(blocks_[block], 0).along];
}

void VectorBlocks::check_entries() const {
  const Axis& first = entries(0);
  for (std::size_t block = 1; block < blocks_.size(); ++block) {
    const Axis& other = entries(block);
    if (first.coordinates != other.coordinates)
      throw ParamError("in", "the vectors of '" + blocks_[0].name + "' and '" + blocks_[block].name +
                                 "' cannot be compared: their axes '" + first.name + "' (" +
                                 std::to_string(first.size()) + ") and '" + other.name + "' (" +
                                 std::to_string(other.size()) + ") differ; set across: false");
  }
}

void VectorBlocks::check_items() const {
  for (std::size_t block = 1; block < blocks_.size(); ++block)
    if (items(0).coordinates != items(block).coordinates)
      throw ParamError("matrix", "the blocks '" + blocks_[0].name + "' and '" + blocks_[block].name +
                                     "' differ along '" + between_ +
                                     "', so their matrices have no common shape");
}

std::vector<ItemVectors> VectorBlocks::at(std::span<const std::unique_ptr<StoredRows>> rows,
                                          std::size_t cell) const {
  std::vector<ItemVectors> vectors;
  for (const auto& stored : rows)
    if (is_block(stored->variable())) vectors.emplace_back(*stored, place_in(stored->variable(), cell));
  return vectors;
}

bool VectorBlocks::is_block(const Variable& variable) const {
  const std::vector<Axis>& axes = variable.axes;
  const bool has_entries = along_.empty() ? axes.size() == 2 : index_of(axes, along_) < axes.size();
  return variable.dtype != Dtype::int64 && has_entries && index_of(axes, between_) < axes.size();
}

VectorPlace VectorBlocks::place_in(const Variable& block, std::size_t cell) const {
  VectorPlace place{index_of(block.axes, between_), 0, std::vector<std::size_t>(block.axes.size())};
  place.along = along_.empty() ? 1 - place.between : index_of(block.axes, along_);
  for (std::size_t axis = block.axes.size(); axis-- > 0;) {
    if (axis == place.between || axis == place.along) continue;
    place.fixed[axis] = cell % block.axes[axis].size();
    cell /= block.axes[axis].size();
  }
  return place;
}

std::vector<Axis> VectorBlocks::kept_of(const Variable& block) const {
  const VectorPlace place = place_in(block, 0);
  std::vector<Axis> kept;
  for (std::size_t axis = 0; axis < block.axes.size(); ++axis)
    if (axis != place.between && axis != place.along) kept.push_back(block.axes[axis]);
  return kept;
}

}  // namespace hookflow::stages
