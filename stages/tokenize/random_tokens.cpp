#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/library/library.hpp"
#include "pipeline/error.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/prompts/prompt_source.hpp"
#include "pipeline/prompts/source_keys.hpp"
#include "pipeline/values/draws.hpp"
#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/model_subject.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using IdList = std::vector<std::int64_t>;

constexpr const char* kLength = "random_tokens";

/// Ids of the model that are of a text: no special token's, and none that no token has.
IdList ids_to_draw(const ModelSubject& subject) {
  const Config& config = subject.config();
  const Tokenizer* tokenizer = subject.has_tokenizer() ? &subject.tokenizer() : nullptr;
  const std::size_t size = std::min(config.vocabulary, tokenizer ? tokenizer->size() : config.vocabulary);
  IdList ids;
  for (std::int32_t id = 0; static_cast<std::size_t>(id) < size; ++id) {
    const bool is_of_a_text = id != config.bos_token &&
                              (!tokenizer || !(tokenizer->token(id).empty() || tokenizer->is_special(id)));
    if (is_of_a_text) ids.push_back(id);
  }
  return ids;
}

/// Prompts of random ids, `length` of them, the same again `repeats` times in all.
struct RandomIds {
  std::size_t length = 1;
  std::size_t repeats = 1;
  std::uint64_t seed = 0;
  std::optional<std::int32_t> bos;  // before them

  /// Those of one prompt do not depend on how many there are.
  [[nodiscard]] IdList of(std::size_t prompt, const IdList& to_draw) const {
    Draws draws(seed, prompt);
    IdList drawn(length);
    for (std::int64_t& id : drawn) id = to_draw[draws.below(to_draw.size())];
    IdList ids;
    if (bos) ids.push_back(*bos);
    for (std::size_t i = 0; i < repeats; ++i) ids.insert(ids.end(), drawn.begin(), drawn.end());
    return ids;
  }
};

/// A pass takes no more than the model's context.
void check_length(const Node& map, const RandomIds& random, const Config& config, SourceKeys& keys) {
  const std::size_t before = random.bos ? 1 : 0;
  if (random.length <= (config.context - std::min(before, config.context)) / random.repeats) return;
  keys.report(*map.find(kLength),
              "a prompt of " + std::to_string(random.length) + " random tokens" +
                  (random.repeats > 1 ? ", " + std::to_string(random.repeats) + " times," : "") +
                  (random.bos ? " behind a BOS token" : "") + " is longer than the model's context of " +
                  std::to_string(config.context));
}

Prompts read_random_tokens(const Node& map, const PromptsContext& context) {
  SourceKeys keys(map, context.workflow_name);
  keys.refuse_others({kLength, "repeat", "count", "seed", "bos"});
  RandomIds random;
  const auto size_of = [&](const char* key) {
    return static_cast<std::size_t>(keys.whole_number(key, {1, kHighestCount}).value_or(1));
  };
  random.length = size_of(kLength);
  random.repeats = size_of("repeat");
  const std::size_t count = size_of("count");
  random.seed = static_cast<std::uint64_t>(keys.whole_number("seed", {0, SourceKeys::kHighest}).value_or(0));
  const bool begins_with_bos = keys.flag("bos");
  if (map.find("count") == nullptr) keys.report(map, "'count' is missing: how many prompts are drawn");
  keys.raise();

  const ModelSubject& subject = model_of(context.subject());
  const IdList to_draw = ids_to_draw(subject);
  try {
    const Tokenizer* tokenizer = subject.has_tokenizer() ? &subject.tokenizer() : nullptr;
    if (begins_with_bos) random.bos = find_bos_token(&subject.config(), tokenizer);
  } catch (const ModelError& error) {
    keys.report(*map.find("bos"), "'bos': " + message_of(error));
  }
  if (to_draw.empty()) keys.report(map, "the model's vocabulary has no token to draw but special ones");
  check_length(map, random, subject.config(), keys);
  keys.raise();

  PromptRows rows({context.workflow_name, ":"}, context.bad);
  for (std::size_t i = 0; i < count; ++i) {
    rows.begin(number_of(map));
    rows.set("id", counted_id(i, count));
    rows.set_ids(random.of(i, to_draw));
    rows.end();
  }
  return rows.take<UsageError>();
}

Node random_tokens_schema() {
  using namespace schema;
  return map_of(
      {{kLength,
        with_doc(
            whole_number(1, kHighestCount),
            "How many tokens each prompt has, drawn from the model's vocabulary without its special tokens"),
        true},
       {"repeat", with_doc(whole_number(1, kHighestCount),
                           "How many times they stand there, one behind the other; default: 1")},
       {"count", with_doc(whole_number(1, kHighestCount), "How many prompts"), true},
       {"seed", with_doc(whole_number(0), "Decides which are drawn; default: 0")},
       {"bos", with_doc(of_type("boolean"), "Whether the model's BOS token comes first; default: false")}});
}

const bool kRandomTokens = register_prompt_source({kLength, random_tokens_schema, read_random_tokens});

}  // namespace
}  // namespace hookflow::stages
