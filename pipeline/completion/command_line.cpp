#include "pipeline/completion/command_line.hpp"

#include <algorithm>

namespace hookflow::pipeline {
namespace {

/// The words with those around a lone `=` put together again.
std::vector<std::string> whole_words(const std::vector<std::string>& words) {
  std::vector<std::string> whole;
  bool open = false;  // the last ends with an `=` that stood alone
  for (const std::string& word : words) {
    if (!whole.empty() && (open || word == "=")) {
      whole.back() += word;
    } else {
      whole.push_back(word);
    }
    open = word == "=";
  }
  return whole;
}

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-' && word != "--"; }

/// The option that a word such as `--out`, `--out=x`, `-o` or `-ox` names, or nullptr.
const Argument* option_of(const CommandPage& page, const std::string& word) {
  const auto named = [&](const Argument& option) {
    return word.starts_with("--") ? word.substr(2, word.find('=') - 2) == option.name
                                  : word.substr(1, 1) == option.letter;
  };
  const auto found = std::ranges::find_if(page.options, named);
  return found == page.options.end() ? nullptr : &*found;
}

/// Whether the option's value stands in the next word.
bool waits(const Argument* option, const std::string& word) {
  if (option == nullptr || option->value.empty() || option->value_may_lack) return false;
  return word.starts_with("--") ? word.find('=') == std::string::npos : word.size() == 2;
}

/// The argument in the next positional's place.
std::optional<Argument> next_positional(const CommandPage& page, std::size_t given) {
  if (page.positionals.empty()) return std::nullopt;
  const bool any_more = given < page.positionals.size() || page.positionals.back().repeats;
  if (!any_more) return std::nullopt;
  return page.positionals[std::min(given, page.positionals.size() - 1)];
}

}  // namespace

CommandLine read_command_line(const CommandPage& page, const std::vector<std::string>& words) {
  CommandLine line;
  const Argument* waiting = nullptr;
  bool only_positionals = false;
  std::vector<std::string> whole = whole_words(words);
  if (!whole.empty()) {
    line.word = whole.back();
    whole.pop_back();
  }
  for (const std::string& word : whole) {
    if (waiting != nullptr) {
      waiting = nullptr;
    } else if (word == "--") {
      only_positionals = true;
    } else if (is_option(word) && !only_positionals) {
      const Argument* option = option_of(page, word);
      if (option != nullptr) line.options.push_back(option->name);
      if (waits(option, word)) waiting = option;
    } else {
      line.positionals.push_back(word);
    }
  }
  const std::size_t equals = line.word.find('=');
  if (waiting != nullptr) {
    line.wanted = *waiting;
  } else if (line.word.starts_with('-') && !only_positionals) {
    const Argument* option = option_of(page, line.word);
    line.names_option = equals == std::string::npos;
    if (!line.names_option && option != nullptr && !option->value.empty()) line.wanted = *option;
    if (!line.names_option) line.word.erase(0, equals + 1);
  } else {
    line.wanted = next_positional(page, line.positionals.size());
  }
  return line;
}

}  // namespace hookflow::pipeline
