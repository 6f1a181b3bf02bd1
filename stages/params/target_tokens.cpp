#include "stages/params/target_tokens.hpp"

#include <algorithm>
#include <cctype>

#include "model/architecture/token_id.hpp"
#include "model/tokenizer/printable.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using pipeline::Prompt;

/// With a leading space it is one token of the model.
bool is_token_with_space(const std::string& text, const ModelSubject& subject) {
  if (text.empty() || text.front() == ' ') return false;
  const std::vector<std::int32_t> ids = subject.tokenizer().encode(" " + text);
  return ids.size() == 1 && static_cast<std::size_t>(ids.front()) < subject.config().vocabulary;
}

/// How the text could be made one token: a leading space is what most words in a sentence have.
std::string hint(const std::string& text, const ModelSubject& subject) {
  if (is_token_with_space(text, subject))
    return "' " + text + "', with a leading space, is one: quote it as \" " + text + "\"";
  return "pick one of them, or another text that `hookflow tokenize` shows as one token";
}

/// Of a prompt given as ids.
std::int32_t id_in_text(const std::string& text, const Config& config) {
  const auto id = pipeline::parse_id(text);
  try {
    if (id) return token_id(*id, config);
  } catch (const ModelError&) {  // said below, with the others
  }
  throw ParamError("'" + text + "' is not a token id, 0 to " + std::to_string(config.vocabulary - 1) +
                       "; a prompt given as ids names its tokens by id",
                   0);
}

/// What the columns of one prompt name.
class NamedTokens {
 public:
  NamedTokens(const pipeline::PlanContext& context, const std::string& param)
      : context_(context), subject_(model_of(context.subject)), param_(param) {}

  /// kNoToken where the prompt is refused.
  std::int32_t find(const Prompt& prompt, std::size_t index, const std::string& column) const {
    const auto refuse = [&](const std::string& why) {
      context_.refuse(index, param_, why);
      return kNoToken;
    };
    const std::string* cell = prompt.cell(column);
    if (cell == nullptr) return refuse(lacks_column(prompt, column));
    if (prompt.others.contains(column))
      return refuse(column + ": " + *cell + " does not name a token; must be text or a number");
    try {
      if (prompt.ids) return id_in_text(*cell, subject_.config());
      const std::int32_t id = only_token(*cell, subject_);
      const std::string warning = missing_space(*cell, subject_);
      if (!warning.empty() && !names_with_space(prompt, *cell))
        context_.warn("no leading space", column + ": " + warning, index);
      return id;
    } catch (const ParamError& error) {
      const bool several = prompt.text && subject_.tokenizer().encode(*cell).size() > 1;
      return refuse(column + ": " + error.what() +
                    (several
                         ? "; measure.answer, with answers: " + column + ", takes an answer of several tokens"
                         : ""));
    }
  }

  /// Of columns that name the same token, the first two.
  void warn_of_equal(const std::vector<std::int32_t>& ids, std::size_t index,
                     const std::vector<std::string>& columns) const {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto same = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), ids[i]) - ids.begin());
      if (same == i || ids[i] == kNoToken) continue;
      return context_.warn(
          "the same token twice",
          columns[same] + " and " + columns[i] + " are the same token, id " + std::to_string(ids[i]), index);
    }
  }

 private:
  const pipeline::PlanContext& context_;
  const ModelSubject& subject_;
  std::string param_;
};

}  // namespace

std::int32_t only_token(const std::string& text, const ModelSubject& subject) {
  const Tokenizer& tokenizer = subject.tokenizer();
  const std::vector<std::int32_t> ids = tokenizer.encode(text);
  if (ids.size() == 1)
    return translate_value_errors(
        0, [&] { return token_id(ids.front(), subject.config()); },
        "'" + text + "' is a token of the tokenizer, but not of the model: ");
  std::string tokens;
  for (const std::int32_t id : ids)
    tokens += (tokens.empty() ? "" : ", ") + ("'" + printable(tokenizer.token(id)) + "'");
  throw ParamError("'" + text + "' is " +
                       (ids.empty() ? "no token" : std::to_string(ids.size()) + " tokens (" + tokens + ")") +
                       ", but must be exactly one; " + hint(text, subject),
                   0);
}

bool begins_with_a_word(const std::string& text) {
  const auto first = static_cast<unsigned char>(text.empty() ? ' ' : text.front());
  return std::isalnum(first) != 0 || first >= 0x80;
}

std::string missing_space(const std::string& text, const ModelSubject& subject) {
  if (!begins_with_a_word(text) || !is_token_with_space(text, subject)) return "";
  return "'" + text + "' is taken as it stands, without a leading space; ' " + text +
         "', which is how a word follows another, is one token too";
}

bool names_with_space(const Prompt& prompt, const std::string& word) {
  return std::ranges::any_of(prompt.columns, [&](const auto& column) { return column.second == " " + word; });
}

TokenLists find_target_tokens(const pipeline::PlanContext& context, const std::vector<std::string>& columns,
                              const std::string& param) {
  TokenLists found;
  const NamedTokens named(context, param);
  for (std::size_t i = 0; i < context.prompts.size(); ++i) {
    const Prompt prompt = context.prompts[i];
    std::vector<std::int32_t> ids(columns.size(), kNoToken);
    const bool runs = !context.findings->is_refused(i);
    for (std::size_t c = 0; runs && c < columns.size(); ++c) ids[c] = named.find(prompt, i, columns[c]);
    named.warn_of_equal(ids, i, columns);
    found.add(ids);
  }
  found.shrink_to_fit();  // it stays for as long as the run
  return found;
}

}  // namespace hookflow::stages
