#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/model_subject.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

// The kinds of value that flow between the stages of this folder.
inline constexpr const char* kTokens = "tokens";
inline constexpr const char* kPass = "pass";
inline constexpr const char* kVariants = "variants";

/// A prompt as the model is fed it.
struct Tokens : pipeline::Value {
  std::vector<std::int32_t> ids;
};

struct TokenFacts {
  TokenLists ids;                    // as they are fed, one list a prompt
  std::vector<std::size_t> lengths;  // one a prompt
  std::size_t longest = 0;
};
using TokenFactsPtr = std::shared_ptr<const TokenFacts>;

/// What the stages behind a forward pass want it to leave behind. Wishes are added while planning; a place
/// that is wanted at different positions is kept at all of them.
struct Wishes {
  ModelSubject* subject = nullptr;
  TokenFactsPtr tokens;  // while planning
  ForwardPlan plan;

  void want_logits(const Positions& positions);
  void want_capture(const HookPoint& place, const Positions& positions);
  void want_first_edit(const HookPoint& place);
};
using PassFacts = std::shared_ptr<Wishes>;

/// Of one prompt in a clean pass. Holds the whole batch, which its variants join.
struct Pass : pipeline::Value {
  std::shared_ptr<const CleanPass> batch;
  std::size_t index = 0;   // in the batch
  std::size_t length = 0;  // tokens of the prompt
  PassFacts wishes;

  [[nodiscard]] const PassResult& result() const { return batch->results[index]; }
};

/// What the stages behind an ablation want of its edited passes.
struct VariantWishes {
  PassFacts clean;
  std::vector<HookPoint> first_edits;  // of each variant, the place that it edits first
  ForwardPlan plan;

  void want_logits(const Positions& positions);
  void want_capture(const HookPoint& place, const Positions& positions);
  /// What lies before a variant's first edit is the clean pass's own, so both keep the same positions. Called
  /// once all wishes are told.
  void keep_as_clean();
};
using VariantFacts = std::shared_ptr<VariantWishes>;

/// Of one prompt: edited passes [first, first + results.size()) in the order of the variants' axes.
struct Variants : pipeline::Value {
  std::size_t first = 0;
  std::size_t length = 0;  // tokens of the prompt
  std::vector<PassResult> results;
  VariantFacts wishes;
};

}  // namespace hookflow::stages
