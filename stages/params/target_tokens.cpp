#include "stages/params/target_tokens.hpp"

#include <charconv>

#include "model/tokenizer/printable.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

constexpr std::size_t kMostTargetsTold = 20;

/// How the text could be made one token: a leading space is what most words in a sentence have.
std::string hint(const std::string& text, const Tokenizer& tokenizer) {
  const std::string spaced = " " + text;
  if (!text.empty() && text.front() != ' ' && tokenizer.encode(spaced).size() == 1) {
    return "'" + spaced + "', with a leading space, is one: quote it as \"" + spaced + "\"";
  }
  return "pick one of them, or another text that `hookflow tokenize` shows as one token";
}

std::int32_t token_id(const std::string& text, std::size_t vocabulary) {
  std::int64_t id = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc{} || stop != end || id < 0 || id >= static_cast<std::int64_t>(vocabulary)) {
    throw pipeline::ParamError("'" + text + "' is not a token id, 0 to " + std::to_string(vocabulary - 1) +
                                   "; a prompt given as ids names its tokens by id",
                               0);
  }
  return static_cast<std::int32_t>(id);
}

}  // namespace

std::int32_t only_token(const std::string& text, const Tokenizer& tokenizer) {
  const std::vector<std::int32_t> ids = tokenizer.encode(text);
  if (ids.size() == 1) return ids.front();
  std::string tokens;
  for (const std::int32_t id : ids)
    tokens += (tokens.empty() ? "" : ", ") + ("'" + printable(tokenizer.token(id)) + "'");
  throw pipeline::ParamError(
      "'" + text + "' is " +
          (ids.empty() ? "no token" : std::to_string(ids.size()) + " tokens (" + tokens + ")") +
          ", but must be exactly one; " + hint(text, tokenizer),
      0);
}

TokenLists find_target_tokens(const pipeline::Prompts& prompts, const std::vector<std::string>& columns,
                              ModelSubject& subject, const std::string& param) {
  TokenLists found;
  std::string problems;
  std::size_t count = 0;
  const auto problem = [&](const pipeline::Prompt& prompt, const std::string& message) {
    if (++count <= kMostTargetsTold)
      problems += "\n  " + prompt.place + ": prompt '" + prompt.id + "': " + message;
  };
  for (const pipeline::Prompt& prompt : prompts) {
    std::vector<std::int32_t> ids;
    std::vector<std::string> known;
    for (const auto& [name, value] : prompt.columns) known.push_back(name);
    for (const std::string& column : columns) {
      const auto cell = prompt.columns.find(column);
      if (cell == prompt.columns.end()) {
        problem(prompt, "has no column '" + column + "'" + pipeline::suggestion(column, known));
        continue;
      }
      try {
        ids.push_back(prompt.ids ? token_id(cell->second, subject.config().vocabulary)
                                 : only_token(cell->second, subject.tokenizer()));
      } catch (const pipeline::ParamError& error) {
        problem(prompt, column + ": " + error.what() + "; measure.answer, with answers: " + column +
                            ", takes several tokens as one");
      }
    }
    found.add(ids);
  }
  if (count > kMostTargetsTold)
    problems += "\n  ... and " + std::to_string(count - kMostTargetsTold) + " more";
  if (count > 0) throw pipeline::ParamError(param, problems);
  found.shrink_to_fit();  // it stays for as long as the run
  return found;
}

}  // namespace hookflow::stages
