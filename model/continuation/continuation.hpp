#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/pass/forward.hpp"
#include "model/pass/key_segments.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

/// What a pass of a prompt must keep to be continued: keys and values of every layer at all positions.
std::vector<HookPoint> continued_places(const Config& config);

/// A pass that is continued, and the edits that its new tokens have. Each token is edited as the last one of
/// the text up to it: where the positions of an edit, in that text, are also its own. It stays as it was then
/// when others follow.
struct ContinuedPass {
  const PassResult* prompt = nullptr;  // which lives as long
  FedPrompt fed{0};
  const Variant* edits = nullptr;     // none: it is clean
  const RowSources* given = nullptr;  // what they put in from outside
};

/// Whether the edit reaches the first token behind a prompt.
bool reaches_new_tokens(const Intervention& edit, const FedPrompt& prompt);

/// The row of a pass's next token alone, which looks at the keys of the tokens before it; edits must not be
/// means over positions.
Sequence next_sequence(const ContinuedPass& pass, std::size_t tokens_before, const Config& config);

/// Passes of prompts, each of which goes on token by token. What stands before a token is not computed again.
class Continuation {
 public:
  /// A token that one of the passes is continued by.
  struct NewToken {
    std::size_t pass = 0;
    std::int32_t id = 0;
  };

  /// `most`: tokens that may be fed behind each prompt.
  Continuation(const Model& model, std::vector<ContinuedPass> passes, std::size_t most);

  /// Feeds the next token of some passes, which share the matrix products; each pass once. Returns what they
  /// predict then, a row for each. Throws ModelError where the context ends.
  std::shared_ptr<const LogitBlocks> feed(std::span<const NewToken> tokens);

  /// How many floats are kept of tokens behind the prompts.
  static std::size_t floats(const Config& config, std::size_t passes, std::size_t most);

 private:
  void keep(const PassRecord& record, std::span<const NewToken> tokens);
  [[nodiscard]] MutableView kept(std::size_t layer, bool values) const;  // (passes * most, a)

  const Model& model_;
  std::vector<ContinuedPass> passes_;
  std::size_t most_;
  std::vector<std::vector<std::int32_t>> tokens_;  // of each pass; the prompt's are not read
  std::shared_ptr<float[]> memory_;
  PastKeys past_;
};

}  // namespace hookflow
