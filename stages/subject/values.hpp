#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/model_subject.hpp"
#include "stages/subject/named_positions.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

// The kinds of value that the ports of stages on a model take and give.
inline constexpr const char* kTokens = "tokens";
inline constexpr const char* kPass = "pass";
inline constexpr const char* kVariants = "variants";

/// A prompt as the model is fed it.
struct Tokens : pipeline::Value {
  std::vector<std::int32_t> ids;
  std::shared_ptr<const NamedPositions> named;
};

struct TokenFacts : pipeline::Facts {
  TokenLists ids;                    // as they are fed, one list a prompt; while planning
  std::vector<std::size_t> lengths;  // one a prompt; 0 where it cannot be run
  std::size_t longest = 0;
  std::optional<std::int32_t> bos;  // the BOS token that every prompt begins with
  std::shared_ptr<const pipeline::Findings> findings;
  std::shared_ptr<PositionNames> names = std::make_shared<PositionNames>();  // that stages behind it give
  // While prompts are run: one as it is fed, and its ids alone.
  std::function<std::shared_ptr<const Tokens>(const pipeline::Prompt&)> tokens_of;
  std::function<std::vector<std::int32_t>(const pipeline::Prompt&)> ids_of;

  /// A prompt, without an answer.
  [[nodiscard]] FedPrompt fed(std::size_t prompt) const { return {lengths[prompt], 0, names->of(prompt)}; }
  /// How positions are numbered, for what is said of an axis.
  [[nodiscard]] std::string counting() const {
    return bos ? "counted from 0 (the BOS token)" : "counted from 0";
  }
  /// Whether a prompt is run: no stage that was planned so far refuses it.
  [[nodiscard]] bool runs(std::size_t prompt) const { return !findings->is_refused(prompt); }
};

struct PassFacts : pipeline::Facts {
  ModelSubject* subject = nullptr;
  std::shared_ptr<const TokenFacts> tokens;
  Variant edits;            // that the pass is run with,
  Variant everywhere;       // and those that tokens behind the prompt can have, too
  std::size_t sources = 0;  // of rows that edits put in from outside
};

struct VariantFacts : pipeline::Facts {
  std::shared_ptr<const PassFacts> clean;
  std::shared_ptr<const std::vector<Variant>> variants;
  // Of each, with those of the pass below it, the edits that tokens behind the prompt can have, too.
  std::shared_ptr<const std::vector<Variant>> everywhere;
};

/// The answers that a column of the prompts gives: token ids, one list a prompt of the run, empty only
/// where the prompt is not run. A pass is fed a prompt and then the tokens of its answer but for the last,
/// which only has to be predicted.
struct Answers {
  std::string column;
  std::shared_ptr<const TokenLists> ids;

  [[nodiscard]] std::span<const std::int32_t> fed(std::size_t prompt) const {
    const auto answer = (*ids)[prompt];
    return answer.first(answer.empty() ? 0 : answer.size() - 1);
  }
};

/// One pass of one prompt, clean or edited, to be read; borrows from a Pass or from Variants. Read it through
/// the PassRequest by which a stage asked for it: other stages may have asked for more.
struct PassView {
  const PassResult& result;
  FedPrompt fed{0};  // without an answer
  std::map<std::string, const PassResult*>
      answered{};  // the same with an answer behind the prompt, by column
};

/// Of one prompt in a clean pass. Holds the whole batch, which its variants join.
struct Pass : pipeline::Value {
  std::shared_ptr<const CleanPass> batch;
  std::size_t index = 0;  // in the batch
  FedPrompt fed{0};       // without an answer
  std::map<std::string, std::shared_ptr<const CleanPass>>
      answered;      // with answers behind the prompts, by column
  RowSources given;  // what its edits put in from outside

  [[nodiscard]] const PassResult& result() const { return batch->results[index]; }
  [[nodiscard]] PassView view() const {
    PassView view{result(), fed};
    for (const auto& [column, pass] : answered) view.answered[column] = &pass->results[index];
    return view;
  }
};

/// Of one prompt: edited passes [first, first + results.size()) in the order of the variants' axes.
struct Variants : pipeline::Value {
  std::size_t first = 0;
  FedPrompt fed{0};  // without an answer
  std::vector<PassResult> results;
  std::vector<bool> fits;  // whether the prompt has what the variant edits: else there is no such pass of it
  std::map<std::string, std::vector<PassResult>> answered;  // with an answer behind the prompt, by column
  RowSources given;  // what the edits put in from outside: of the pass below them, then their own

  [[nodiscard]] PassView view(std::size_t i) const {
    PassView view{results[i], fed};
    for (const auto& [column, passes] : answered) view.answered[column] = &passes[i];
    return view;
  }
};

}  // namespace hookflow::stages
