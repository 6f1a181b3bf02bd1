#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/library/library.hpp"

namespace hookflow {
namespace {

struct NamedBos {
  std::string by;
  std::int64_t id = 0;
};

std::vector<NamedBos> named_bos_tokens(const Config* config, const Tokenizer* tokenizer) {
  std::vector<NamedBos> named;
  if (config != nullptr && config->bos_token) {
    named.push_back({"bos_token_id of config.json", *config->bos_token});
  }
  if (tokenizer != nullptr && tokenizer->bos()) {
    const std::string by = "bos_token of the tokenizer's files, '" + *tokenizer->bos() + "'";
    const auto id = tokenizer->find(*tokenizer->bos());
    if (!id) throw ModelError(by + ", is not one of its tokens");
    named.push_back({by, *id});
  }
  return named;
}

}  // namespace

std::int32_t find_bos_token(const Config* config, const Tokenizer* tokenizer) {
  const std::vector<NamedBos> named = named_bos_tokens(config, tokenizer);
  if (named.empty()) {
    throw ModelError(
        "the model has no BOS token: config.json has no bos_token_id, and the tokenizer's files have no "
        "bos_token");
  }
  const auto& [by, id] = named.front();
  if (const auto& [other, other_id] = named.back(); other_id != id) {
    throw ModelError("the model has two BOS tokens: " + by + " is " + std::to_string(id) + ", " + other +
                     ", is " + std::to_string(other_id));
  }
  const std::size_t size = config != nullptr ? config->vocabulary : tokenizer->size();
  if (id < 0 || id >= static_cast<std::int64_t>(size)) {
    throw ModelError(by + " is " + std::to_string(id) + ", but the model's vocabulary has ids 0 to " +
                     std::to_string(size - 1));
  }
  return static_cast<std::int32_t>(id);
}

}  // namespace hookflow
