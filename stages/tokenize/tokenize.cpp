#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/architecture/token_id.hpp"
#include "model/library/library.hpp"
#include "pipeline/error.hpp"
#include "pipeline/parallel/for_each_of.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/values/rows.hpp"
#include "stages/subject/cells_of.hpp"
#include "stages/subject/token_id.hpp"
#include "stages/subject/translate_errors.hpp"
#include "stages/subject/values.hpp"
#include "stages/tokenize/token_batches.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

using Bos = std::optional<std::int32_t>;

constexpr const char* kText = "text";

/// What of a prompt is fed: a text, or ids as they are given.
struct Fed {
  std::optional<std::string> text{};
  std::optional<std::vector<std::int64_t>> ids{};
};

/// Of a column: text where it holds text, ids where it holds a list. Throws PromptFailure where the prompt
/// has none.
Fed fed_of(const Prompt& prompt, const std::string& column) {
  if (column == kText) return {prompt.text, prompt.ids};
  if (const auto text = prompt.columns.find(column); text != prompt.columns.end()) return {text->second};
  const auto list = prompt.others.find(column);
  if (list == prompt.others.end()) throw PromptFailure(lacks_column(prompt, column));
  Fed fed;
  try {
    read_param(parse_yaml_value(list->second), fed.ids.emplace());
  } catch (const ParamError& error) {
    throw PromptFailure("column '" + column + "': " + error.what() +
                        "; must be a text or a list of token ids");
  }
  return fed;
}

/// Where a text needs the BOS token before it, ids that are given must have it: they are fed as they stand.
void check_bos(const Fed& prompt, const std::vector<std::int32_t>& ids, std::int32_t bos) {
  const bool begins_with_it = !ids.empty() && ids.front() == bos;
  if (prompt.text && begins_with_it)
    throw PromptFailure(
        "the text already begins with the BOS token, which bos: true puts before it; remove it from the "
        "text");
  if (prompt.ids && !ids.empty() && !begins_with_it)
    throw PromptFailure("ids are fed as they stand, and with bos: true must begin with the BOS token, " +
                        std::to_string(bos) + "; they begin with " + std::to_string(ids.front()));
}

/// The ids of one prompt. Throws what fails a prompt, naming value and rule.
std::vector<std::int32_t> ids_of(const Fed& prompt, ModelSubject& subject, const Bos& bos) {
  const Config& config = subject.config();
  std::vector<std::int32_t> ids;
  if (prompt.text) {
    ids = subject.tokenizer().encode(*prompt.text);
  } else {
    for (const std::int64_t id : prompt.ids.value()) ids.push_back(token_id(id, config));
  }
  if (bos) check_bos(prompt, ids, *bos);
  if (bos && prompt.text) ids.insert(ids.begin(), *bos);
  if (ids.empty()) throw PromptFailure("the prompt is empty; a pass needs at least one token");
  if (ids.size() > config.context) {
    throw PromptFailure("the prompt has " + std::to_string(ids.size()) +
                        (bos ? " tokens with its BOS token" : " tokens") +
                        ", more than the model's context of " + std::to_string(config.context));
  }
  const auto outside = std::find_if(ids.begin(), ids.end(), [&](std::int32_t id) {
    return static_cast<std::size_t>(id) >= config.vocabulary;
  });
  if (outside != ids.end()) {
    throw PromptFailure("the tokenizer gives token id " + std::to_string(*outside) +
                        ", which the model's vocabulary of " + std::to_string(config.vocabulary) +
                        " does not have: the tokenizer belongs to another model");
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

/// Text to token ids: no token is put in front unless that is asked for, nothing is cut or padded.
class Tokenize : public PromptStage {
 public:
  std::string column = kText;
  bool bos = false;

  Output plan(const PlanContext& context) override {
    subject_ = &model_of(context.subject);
    auto facts = std::make_shared<TokenFacts>();
    names_ = facts->names;
    facts->tokens_of = [this](const Prompt& prompt) { return tokens_of(prompt); };
    facts->ids_of = [this](const Prompt& prompt) { return fed_ids(prompt); };
    if (bos) {
      const Tokenizer* tokenizer = subject_->has_tokenizer() ? &subject_->tokenizer() : nullptr;
      bos_ = translate_param_errors("bos", [&] { return find_bos_token(&subject_->config(), tokenizer); });
    }
    facts->bos = bos_;
    facts->findings = context.findings;
    for_stretches(context.prompts.size(), [&](std::size_t first, std::size_t count) {
      std::vector<Encoded> all(count);
      for_each_of(count, [&](std::size_t i) {
        if (facts->runs(first + i)) all[i] = encode(context.prompts[first + i]);
      });
      for (std::size_t i = 0; i < count; ++i) {
        tell(all[i], first + i, context);
        facts->ids.add(all[i].ids);
        facts->lengths.push_back(all[i].ids.size());
        facts->longest = std::max(facts->longest, all[i].ids.size());
      }
    });
    facts->ids.shrink_to_fit();
    if (lacks_bos(context.prompts))
      context.warn("no BOS token",
                   "no BOS token is put before the texts, though the tokenizer's add_bos_token asks for it; "
                   "`bos: true` puts it there");
    if (column == kText) warn_of_repeats(facts->ids, context);
    Output output;
    output.batches = token_batches(facts->ids, context.batch_weight);
    output.known = fed_tokens(facts);
    output.facts = std::move(facts);
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override { return tokens_of(inputs.prompt()); }

 private:
  [[nodiscard]] std::vector<std::int32_t> fed_ids(const Prompt& prompt) const {
    return ids_of(fed_of(prompt, column), *subject_, bos_);
  }

  [[nodiscard]] std::shared_ptr<const Tokens> tokens_of(const Prompt& prompt) const {
    auto tokens = std::make_shared<Tokens>();
    tokens->ids = fed_ids(prompt);
    tokens->named = names_->find(prompt, tokens->ids);
    return tokens;
  }

  /// Whether texts are fed otherwise than the tokenizer's own programs would.
  [[nodiscard]] bool lacks_bos(const Prompts& prompts) const {
    if (bos || !subject_->has_tokenizer() || !subject_->tokenizer().adds_bos()) return false;
    for (const Prompt& prompt : prompts)
      if (column == kText ? prompt.text.has_value() : prompt.columns.contains(column)) return true;
    return false;
  }

  /// A prompt's ids, or why there are none.
  struct Encoded {
    std::vector<std::int32_t> ids{};
    bool ends_in_a_space = false;
    std::optional<std::string> failure{};
  };
  [[nodiscard]] Encoded encode(const Prompt& prompt) const {
    try {
      const Fed fed = fed_of(prompt, column);
      return {ids_of(fed, *subject_, bos_), fed.text && fed.text->ends_with(' ')};
    } catch (const std::exception& error) {
      if (!fails_prompt(error)) throw;
      return {{}, false, error.what()};
    }
  }

  void tell(const Encoded& encoded, std::size_t index, const PlanContext& context) const {
    if (encoded.failure) context.refuse(index, column == kText ? "" : "column", *encoded.failure);
    // A word's token has the space before it.
    if (encoded.ends_in_a_space)
      context.warn("ends in a space",
                   "the text ends in a space, which is a token of its own here, while the next word's token "
                   "begins with its space",
                   index);
  }

  /// The ids as they are fed, for the record; right-padded in the file alone.
  static std::vector<KnownArray> fed_tokens(const std::shared_ptr<const TokenFacts>& facts) {
    std::vector<std::int64_t> positions(facts->longest);
    std::iota(positions.begin(), positions.end(), 0);
    const Axis axis = {"position", std::move(positions), "position in the prompt, " + facts->counting(), "",
                       "position"};
    const auto id = [facts](std::size_t cell) {
      const auto row = facts->ids[cell / facts->longest];
      const std::size_t position = cell % facts->longest;
      return position < row.size() ? std::int64_t{row[position]} : -1;
    };
    const auto length = [facts](std::size_t prompt) {
      return static_cast<std::int64_t>(facts->lengths[prompt]);
    };
    const std::size_t prompts = facts->lengths.size();
    const std::string bos = facts->bos ? "with BOS token " + std::to_string(*facts->bos) + " at position 0"
                                       : std::string("no BOS token added");
    return {{{"ids",
              Dtype::int64,
              {axis},
              kTokenId,
              "token ids that were fed, " + bos + "; -1 after the prompt's end"},
             cells_of(prompts * facts->longest, id)},
            {{"length", Dtype::int64, {}, "1", "number of tokens"}, cells_of(prompts, length)}};
  }

  void prepare() override { names_->forget(); }

  ModelSubject* subject_ = nullptr;
  std::shared_ptr<PositionNames> names_;
  Bos bos_;
};

const bool kTokenize = register_stage(
    Declaration<Tokenize>("tokenize",
                          "Turns each prompt's text into the model's token ids; no BOS token is added unless "
                          "`bos` asks for it")
        .output(kTokens, "token ids [position]")
        .param("column", &Tokenize::column,
               "Which text of the prompts: text, which each prompt has (or its ids), or a column that holds "
               "another text, or a list of token ids, such as a corrupted version of the first")
        .param("bos", &Tokenize::bos,
               "Whether the model's BOS token is put before every text: it is then position 0, the text "
               "begins at position 1, and `all` positions include it; prompts given as ids must begin with "
               "it already"));

}  // namespace
}  // namespace hookflow::stages
