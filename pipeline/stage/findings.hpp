#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

inline constexpr const char* kWhenRead = "prompts";  // stands for a stage where a row cannot be read

/// A prompt that cannot be run.
struct RefusedPrompt {
  std::size_t prompt = 0;
  std::string stage;
  std::string param;  // of the stage, which the prompt does not fit; empty: the prompt is of no use to any
  std::string why;
};

/// What is found of single prompts while a workflow is planned, whatever stage finds it: those that cannot be
/// run, and what may not have been meant.
class Findings {
 public:
  /// Of prompts that were refused when they were read, already.
  explicit Findings(const Prompts& prompts = {});

  /// The same reason is noted once, however many stages find it.
  void refuse(RefusedPrompt refused);
  [[nodiscard]] bool is_refused(std::size_t prompt) const { return prompts_.contains(prompt); }
  [[nodiscard]] std::size_t refused_prompts() const { return prompts_.size(); }
  [[nodiscard]] const std::vector<RefusedPrompt>& refused() const { return refused_; }

  /// Of that prompt, if of one. The same warning is noted once, however many stages give it.
  void warn(Warning warning, std::optional<std::size_t> prompt = {});
  /// Those so far but of prompts that cannot be run, which are not kept any longer: of each stage and kind
  /// the first kMostOfAKind, and then how many more.
  std::vector<Warning> take_warnings();
  static constexpr std::size_t kMostOfAKind = 1000;

 private:
  std::vector<RefusedPrompt> refused_;
  std::set<std::size_t> prompts_;
  std::set<std::pair<std::size_t, std::string>> reasons_;
  std::vector<std::pair<std::optional<std::size_t>, Warning>> warnings_;  // with the prompts' indices
  std::unordered_set<std::size_t> warned_;                                // hashes of prompt and text
  std::map<std::pair<std::string, std::string>, std::size_t> of_kind_;    // how many, by stage and kind
};

/// Those of one stage and parameter, as lines `place: prompt 'id': why`, the first 20, and of one reason the
/// first 6 with the number of the others, each begun by `indent`.
std::string refusals_text(const std::vector<RefusedPrompt>& refused, const Prompts& prompts,
                          const std::string& indent);

}  // namespace hookflow::pipeline
