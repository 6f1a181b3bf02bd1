#include "stages/subject/named_positions.hpp"

#include <utility>

namespace hookflow::stages {

void PositionNames::add(const std::string& name, Find find, std::vector<std::vector<std::size_t>> places) {
  finds_.emplace(name, std::move(find));
  prompts_.resize(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    NamedPositions all = prompts_[i] ? *prompts_[i] : NamedPositions();
    all[name] = std::move(places[i]);
    std::shared_ptr<const NamedPositions>& same = known_[all];
    if (!same) same = std::make_shared<const NamedPositions>(std::move(all));
    prompts_[i] = same;
  }
}

std::shared_ptr<const NamedPositions> PositionNames::find(const pipeline::Prompt& prompt,
                                                          std::span<const std::int32_t> ids) const {
  if (finds_.empty()) return nullptr;
  auto found = std::make_shared<NamedPositions>();
  for (const auto& [name, find] : finds_) (*found)[name] = find(prompt, ids);
  return found;
}

}  // namespace hookflow::stages
