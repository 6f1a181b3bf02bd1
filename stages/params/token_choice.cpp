#include "stages/params/token_choice.hpp"

#include <algorithm>

#include "model/architecture/token_id.hpp"
#include "model/tokenizer/printable.hpp"
#include "pipeline/error.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/target_tokens.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr std::size_t kMostTokens = 40;  // that a message lists

}  // namespace

void read_param(const Node& node, TokenChoice& token) {
  token = {};
  if (node.kind == Node::Kind::null) return;
  if (node.kind == Node::Kind::scalar) {
    if (!node.quoted && pipeline::is_json_number(node.text)) {
      pipeline::read_param(node, token.id.emplace());
    } else {
      token.text = node.text;
    }
    return;
  }
  if (node.kind != Node::Kind::map || node.entries.size() != 1 || node.entries.front().first != "column") {
    throw ParamError(
        pipeline::to_json(node) +
            " does not name a token; must be text that is one token, a token id, or {column: name}",
        node.line);
  }
  pipeline::read_param(node.entries.front().second, token.column.emplace());
}

Node write_param(const TokenChoice& token) {
  if (token.id) return pipeline::write_param(*token.id);
  if (token.text) return pipeline::write_param(*token.text);
  if (token.column) return Node::map({{"column", pipeline::write_param(*token.column)}});
  return {};
}

Node param_schema(std::type_identity<TokenChoice> /*type*/) {
  using namespace pipeline::schema;
  return any_of({of_type("string"), whole_number(), map_of({{"column", text(), true}}), of_type("null")});
}

std::int32_t chosen_token(const TokenChoice& token, const std::string& param,
                          const pipeline::PlanContext& context) {
  const ModelSubject& subject = model_of(context.subject);
  try {
    if (token.id) return translate_param_errors(param, [&] { return token_id(*token.id, subject.config()); });
    const std::int32_t id = only_token(token.text.value(), subject);
    if (const std::string warning = missing_space(*token.text, subject); !warning.empty())
      context.warn("no leading space", param + ": " + warning);
    return id;
  } catch (const ParamError& error) {
    throw error.param.empty() ? ParamError(param, error.what()) : error;
  } catch (const pipeline::InputError& error) {
    throw ParamError(param, std::string(error.what()) + "; give the token's id");
  }
}

std::vector<std::int32_t> chosen_tokens(const TokenChoice& token, const pipeline::PlanContext& context) {
  if (token.column) return find_target_tokens(context, {*token.column}, "token").all();
  return std::vector<std::int32_t>(context.prompts.size(), chosen_token(token, "token", context));
}

std::string spelled_token(std::int32_t id, const ModelSubject& subject) {
  const bool known =
      subject.has_tokenizer() && id >= 0 && static_cast<std::size_t>(id) < subject.tokenizer().size();
  if (!known) return std::to_string(id);
  return "'" + printable(subject.tokenizer().token(id)) + "' (" + std::to_string(id) + ")";
}

std::string listed_tokens(std::span<const std::int32_t> ids, const ModelSubject& subject) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), kMostTokens); ++i) {
    text += (i == 0 ? "" : ", ") + spelled_token(ids[i], subject);
  }
  return text + (ids.size() > kMostTokens ? ", ..." : "");
}

std::size_t find_once(std::int32_t id, std::span<const std::int32_t> ids, const ModelSubject& subject) {
  const auto found = std::find(ids.begin(), ids.end(), id);
  const auto count = std::count(found, ids.end(), id);
  if (count == 1) return static_cast<std::size_t>(found - ids.begin());
  throw pipeline::PromptFailure(
      "token " + spelled_token(id, subject) +
      (count == 0 ? " does not occur" : " occurs " + std::to_string(count) + " times") +
      " in the prompt, and must occur exactly once; the prompt's tokens are " + listed_tokens(ids, subject));
}

}  // namespace hookflow::stages
