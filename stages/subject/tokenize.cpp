#include <algorithm>
#include <numeric>
#include <utility>

#include "model/architecture/token_id.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/subject/token_id.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The ids of one prompt. Throws what fails a prompt, naming value and rule.
std::vector<std::int32_t> ids_of(const Prompt& prompt, ModelSubject& subject) {
  const Config& config = subject.config();
  std::vector<std::int32_t> ids;
  if (prompt.text) {
    ids = subject.tokenizer().encode(*prompt.text);
  } else {
    for (const std::int64_t id : prompt.ids.value()) ids.push_back(token_id(id, config));
  }
  if (ids.empty()) throw PromptFailure("the prompt is empty; a pass needs at least one token");
  if (ids.size() > config.context) {
    throw PromptFailure("the prompt has " + std::to_string(ids.size()) +
                        " tokens, more than the model's context of " + std::to_string(config.context));
  }
  const auto outside = std::find_if(ids.begin(), ids.end(), [&](std::int32_t id) {
    return static_cast<std::size_t>(id) >= config.vocabulary;
  });
  if (outside != ids.end()) {
    throw PromptFailure("the tokenizer gives token id " + std::to_string(*outside) +
                        ", which the model's vocabulary of " + std::to_string(config.vocabulary) +
                        " does not have: the tokenizer is another model's");
  }
  return ids;
}

/// Warns of prompts that are fed the same as one before.
void warn_of_repeats(const TokenLists& ids, const PlanContext& context) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!ids[i].empty()) order.push_back(i);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(ids[a], ids[b]);
  });
  std::vector<std::pair<std::size_t, std::size_t>> repeats;  // and what they repeat
  for (std::size_t first = 0, at = 1; at < order.size(); ++at) {
    if (std::ranges::equal(ids[order[first]], ids[order[at]])) {
      repeats.emplace_back(order[at], order[first]);
    } else {
      first = at;
    }
  }
  std::ranges::sort(repeats);
  for (const auto& [prompt, first] : repeats) {
    const char* what = context.prompts[prompt].text ? "its text" : "its list of ids";
    context.warn("stands twice", std::string(what) + " is that of prompt '" + context.prompts.id(first) + "'",
                 prompt);
  }
}

/// A word's token has the space before it.
void warn_of_last_space(const Prompt& prompt, std::size_t index, const PlanContext& context) {
  if (prompt.text && prompt.text->ends_with(' '))
    context.warn("ends in a space",
                 "the text ends in a space, which is a token of its own here, while the next word's token "
                 "begins with its space",
                 index);
}

/// Text to token ids: no token is put in front, nothing is cut or padded.
class Tokenize : public PromptStage {
 public:
  Output plan(const PlanContext& context) override {
    subject_ = &model_of(context.subject);
    auto facts = std::make_shared<TokenFacts>();
    facts->findings = context.findings;
    for (std::size_t i = 0; i < context.prompts.size(); ++i) {
      const std::vector<std::int32_t> ids =
          facts->runs(i) ? planned_ids(i, context) : std::vector<std::int32_t>();
      facts->ids.add(ids);
      facts->lengths.push_back(ids.size());
      facts->longest = std::max(facts->longest, ids.size());
    }
    facts->ids.shrink_to_fit();
    warn_of_repeats(facts->ids, context);
    Output output;
    output.weights = facts->lengths;
    output.known = fed_tokens(facts);
    output.facts = std::move(facts);
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    auto tokens = std::make_shared<Tokens>();
    tokens->ids = ids_of(inputs.prompt(), *subject_);
    return tokens;
  }

 private:
  /// The prompt's ids; none, and it is refused, where it cannot be run.
  [[nodiscard]] std::vector<std::int32_t> planned_ids(std::size_t index, const PlanContext& context) const {
    const Prompt prompt = context.prompts[index];
    try {
      std::vector<std::int32_t> ids = ids_of(prompt, *subject_);
      warn_of_last_space(prompt, index, context);
      return ids;
    } catch (const std::exception& error) {
      if (!fails_prompt(error)) throw;
      context.refuse(index, "", error.what());
      return {};
    }
  }

  /// The ids as they are fed, for the record; right-padded in the file alone.
  static std::vector<KnownArray> fed_tokens(const std::shared_ptr<const TokenFacts>& facts) {
    std::vector<std::int64_t> positions(facts->longest);
    std::iota(positions.begin(), positions.end(), 0);
    const Axis axis = {"position", std::move(positions), "position in the prompt, counted from 0", ""};
    const auto id = [facts](std::size_t cell) {
      const auto row = facts->ids[cell / facts->longest];
      const std::size_t position = cell % facts->longest;
      return position < row.size() ? std::int64_t{row[position]} : -1;
    };
    const auto length = [facts](std::size_t prompt) {
      return static_cast<std::int64_t>(facts->lengths[prompt]);
    };
    const std::size_t prompts = facts->lengths.size();
    return {{{"ids", Dtype::int64, {axis}, kTokenId, "token ids that were fed, -1 behind the prompt's end"},
             made_of(id, prompts * facts->longest)},
            {{"length", Dtype::int64, {}, "1", "number of tokens"}, made_of(length, prompts)}};
  }

  template <typename Cell>
  static NumberCells made_of(const Cell& cell, std::size_t size) {
    return {size, [cell](std::size_t first, std::size_t count) {
              std::vector<std::int64_t> values(count);
              for (std::size_t i = 0; i < count; ++i) values[i] = cell(first + i);
              return values;
            }};
  }

  ModelSubject* subject_ = nullptr;
};

const bool kTokenize = register_stage(
    Declaration<Tokenize>("tokenize",
                          "Turns each prompt's text into the model's token ids; no BOS token is added")
        .output(kTokens, "token ids [position]"));

}  // namespace
}  // namespace hookflow::stages
