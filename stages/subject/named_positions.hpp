#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/hooks/positions.hpp"
#include "pipeline/prompts/prompt_list.hpp"

namespace hookflow::stages {

/// The positions of a workflow that are known by what stands there, of one text of the prompts: how each is
/// found, and where it is in each prompt. Filled while stages are planned, and only read then.
class PositionNames {
 public:
  /// Ascending, of one prompt and its token ids. Throws pipeline::PromptFailure where they are not there.
  using Find =
      std::function<std::vector<std::size_t>(const pipeline::Prompt&, std::span<const std::int32_t>)>;

  [[nodiscard]] std::size_t size() const { return finds_.size(); }
  [[nodiscard]] bool knows(const std::string& name) const { return finds_.contains(name); }
  /// `places`: where it is in each prompt of the run; of one that is not run nothing.
  void add(const std::string& name, Find find, std::vector<std::vector<std::size_t>> places);

  /// As they were found while planning; nullptr where there is no name.
  [[nodiscard]] std::shared_ptr<const NamedPositions> of(std::size_t prompt) const {
    return prompts_.empty() ? nullptr : prompts_[prompt];
  }
  /// Of a prompt that is run: found again, since what is planned is not kept.
  [[nodiscard]] std::shared_ptr<const NamedPositions> find(const pipeline::Prompt& prompt,
                                                           std::span<const std::int32_t> ids) const;
  /// Forgets what was found of each prompt, but not how.
  void forget() { prompts_ = {}, known_ = {}; }

 private:
  std::map<std::string, Find> finds_;
  std::vector<std::shared_ptr<const NamedPositions>> prompts_;
  std::map<NamedPositions, std::shared_ptr<const NamedPositions>> known_;  // most prompts have the same
};

}  // namespace hookflow::stages
