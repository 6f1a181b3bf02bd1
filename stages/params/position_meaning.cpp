#include "stages/params/position_meaning.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "model/architecture/token_id.hpp"
#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/target_tokens.hpp"
#include "stages/params/token_choice.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;
using pipeline::Prompt;
using pipeline::PromptFailure;
using WantedIds = std::vector<std::int32_t>;
using FedIds = std::span<const std::int32_t>;

/// Where the ids begin, one behind the other.
std::vector<std::size_t> beginnings(const WantedIds& wanted, FedIds ids) {
  std::vector<std::size_t> found;
  for (auto at = ids.begin(); !wanted.empty();) {
    at = std::search(at, ids.end(), wanted.begin(), wanted.end());
    if (at == ids.end()) break;
    found.push_back(static_cast<std::size_t>(at++ - ids.begin()));
  }
  return found;
}

/// Finds a meaning in prompts of one text.
class Finder {
 public:
  Finder(PositionMeaning meaning, const ModelSubject& subject)
      : meaning_(std::move(meaning)), subject_(&subject) {
    if (meaning_.id) ids_ = {token_id(*meaning_.id, subject.config())};
    if (meaning_.text) ids_ = {only_token(*meaning_.text, subject)};
  }

  std::vector<std::size_t> operator()(const Prompt& prompt, FedIds fed) const {
    const auto [wanted, found] = occurrences(prompt, fed);
    const std::size_t start = chosen(found, wanted, fed);
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < wanted.size(); ++i) positions.push_back(moved(start + i, fed.size()));
    return positions;
  }

 private:
  /// What is looked for, and where it begins: a column's text as it stands, else behind a space.
  [[nodiscard]] std::pair<WantedIds, std::vector<std::size_t>> occurrences(const Prompt& prompt,
                                                                           FedIds fed) const {
    if (meaning_.column.empty()) return {ids_, beginnings(ids_, fed)};
    const std::string* cell = prompt.cell(meaning_.column);
    if (cell == nullptr) throw PromptFailure(lacks_column(prompt, meaning_.column));
    if (prompt.ids) {
      const WantedIds wanted = listed_ids(*cell);
      return {wanted, beginnings(wanted, fed)};
    }
    WantedIds wanted = subject_->tokenizer().encode(*cell);
    std::vector<std::size_t> found = beginnings(wanted, fed);
    if (!found.empty() || cell->starts_with(' ')) return {wanted, found};
    wanted = subject_->tokenizer().encode(" " + *cell);
    return {wanted, beginnings(wanted, fed)};
  }

  /// Of a prompt given as ids: one, or a list.
  [[nodiscard]] WantedIds listed_ids(const std::string& cell) const {
    try {
      std::vector<std::int64_t> ids;
      read_param(pipeline::parse_yaml_value(cell), ids);
      WantedIds wanted;
      for (const std::int64_t id : ids) wanted.push_back(token_id(id, subject_->config()));
      return wanted;
    } catch (const ParamError&) {
      throw PromptFailure(
          meaning_.column + ": '" + cell +
          "' is not a token id, nor a list of them; a prompt given as ids names its tokens by id");
    }
  }

  [[nodiscard]] std::size_t chosen(const std::vector<std::size_t>& found, const WantedIds& wanted,
                                   FedIds fed) const {
    const auto count = static_cast<std::int64_t>(found.size());
    const std::int64_t which = meaning_.occurrence.value_or(1);
    if (meaning_.occurrence ? std::abs(which) <= count : count == 1)
      return found[static_cast<std::size_t>(which > 0 ? which - 1 : count + which)];
    throw PromptFailure(
        listed_tokens(wanted, *subject_) +
        (count == 0 ? " does not occur"
                    : " occurs " + (count == 1 ? std::string("once") : std::to_string(count) + " times")) +
        " in the prompt" +
        (meaning_.occurrence ? ", so that occurrence " + std::to_string(which) + " is not there"
                             : ", and must occur exactly once, or which of them must be said by occurrence") +
        "; the prompt's tokens are " + listed_tokens(fed, *subject_));
  }

  [[nodiscard]] std::size_t moved(std::size_t position, std::size_t length) const {
    const auto from = static_cast<std::int64_t>(position);
    if (meaning_.offset < -from || meaning_.offset >= static_cast<std::int64_t>(length) - from)
      throw PromptFailure("offset " + std::to_string(meaning_.offset) + " from position " +
                          std::to_string(position) + " is outside the prompt of " +
                          pipeline::counted(length, "token"));
    return static_cast<std::size_t>(from + meaning_.offset);
  }

  PositionMeaning meaning_;
  const ModelSubject* subject_;
  WantedIds ids_;  // of a token that is the same in every prompt
};

Finder finder_of(const Positions& positions, const std::string& param, const ModelSubject& subject) {
  try {
    return translate_param_errors(param,
                                  [&] { return Finder(read_meaning(meaning_node(positions)), subject); });
  } catch (const ParamError& error) {
    throw error.param.empty() ? ParamError(param, error.what()) : error;
  } catch (const pipeline::InputError& error) {
    throw ParamError(param, std::string(error.what()) + "; give the token's id");
  }
}

void read_token(const Node& node, PositionMeaning& meaning) {
  TokenChoice token;
  read_param(node, token);
  meaning.text = token.text;
  meaning.id = token.id;
  if (token.column) meaning.column = *token.column;
  if (!token.given()) throw ParamError("token: is missing", node.line);
}

}  // namespace

PositionMeaning read_meaning(const Node& node) {
  PositionMeaning meaning;
  for (const auto& [key, value] : node.entries) {
    if (key == "token") {
      read_token(value, meaning);
    } else if (key == "column") {
      pipeline::read_param(value, meaning.column);
    } else if (key == "occurrence") {
      pipeline::read_param(value, meaning.occurrence.emplace());
      if (*meaning.occurrence == 0)
        throw ParamError("occurrence is 0; must be 1 for the first, 2 for the second, -1 for the last",
                         value.line);
    } else if (key == "offset") {
      pipeline::read_param(value, meaning.offset);
    } else {
      throw ParamError("unknown key '" + key +
                           "'; positions by what stands there have token or column, "
                           "occurrence and offset",
                       value.line);
    }
  }
  const bool by_column = !meaning.column.empty();
  if ((meaning.text || meaning.id) == by_column)
    throw ParamError(pipeline::to_json(node) + " names " + (by_column ? "both" : "neither") +
                         " a token and a column; must be {token: \" Sally\"} or {column: NAME}",
                     node.line);
  return meaning;
}

Node meaning_schema() {
  using namespace pipeline::schema;
  return any_of(
      {map_of({{"token", param_schema(std::type_identity<TokenChoice>{}), true},
               {"occurrence", whole_number()},
               {"offset", whole_number()}}),
       map_of({{"column", text(), true}, {"occurrence", whole_number()}, {"offset", whole_number()}})});
}

Positions positions_of(const PositionMeaning& meaning) {
  Node node = Node::map({});
  if (meaning.text) node["token"] = pipeline::write_param(*meaning.text);
  if (meaning.id) node["token"] = pipeline::write_param(*meaning.id);
  if (!meaning.column.empty()) node["column"] = pipeline::write_param(meaning.column);
  if (meaning.occurrence) node["occurrence"] = pipeline::write_param(*meaning.occurrence);
  if (meaning.offset != 0) node["offset"] = pipeline::write_param(meaning.offset);
  return Positions::of_name(to_json(node));
}

Node meaning_node(const Positions& named) { return pipeline::parse_yaml_value(named.name); }

std::string meaning_text(const Positions& named) {
  const PositionMeaning meaning = read_meaning(meaning_node(named));
  if (!meaning.column.empty()) return "column " + meaning.column;
  return "token " + (meaning.id ? std::to_string(*meaning.id) : "'" + meaning.text.value() + "'");
}

bool is_one_position(const Positions& positions) {
  if (positions.kind != Positions::Kind::named) return positions.kind == Positions::Kind::last;
  return read_meaning(meaning_node(positions)).column.empty();
}

void find_named(const Positions& positions, const std::string& param, const pipeline::PlanContext& context,
                const TokenFacts& tokens) {
  if (positions.kind != Positions::Kind::named || tokens.names->knows(positions.name)) return;
  const Finder find = finder_of(positions, param, model_of(context.subject));
  std::vector<std::vector<std::size_t>> places(tokens.lengths.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!tokens.runs(i)) continue;
    try {
      places[i] = find(context.prompts[i], tokens.ids[i]);
    } catch (const std::exception& error) {
      if (!pipeline::fails_prompt(error)) throw;
      context.refuse(i, param, error.what());
    }
  }
  tokens.names->add(positions.name, find, std::move(places));
}

}  // namespace hookflow::stages
