#include "pipeline/completion/completions.hpp"

#include <algorithm>

#include "pipeline/command/command.hpp"
#include "pipeline/completion/command_line.hpp"
#include "pipeline/completion/value_words.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kHelp = "help";

Completions command_names() {
  Completions all;
  for (const Command* command : registered_commands()) all.words.push_back({command->name, command->summary});
  return all;
}

Completions first_words() {
  Completions all = command_names();
  all.words.push_back({kHelp, "explain a command"});
  for (const ProgramOption& option : program_options()) all.words.push_back({option.name, option.summary});
  return all;
}

/// Those that are not given yet, or may be given again.
Completions options_left(const CommandPage& page, const CommandLine& line) {
  Completions all;
  for (const Argument& option : page.options)
    if (option.repeats || std::ranges::find(line.options, option.name) == line.options.end())
      all.words.push_back({"--" + option.name, option.doc});
  return all;
}

Completions arguments_of(const Command& command, const std::vector<std::string>& words, std::string& begun) {
  const CommandPage page = page_of(command.run);
  const CommandLine line = read_command_line(page, words);
  begun = line.word;
  if (line.names_option) return options_left(page, line);
  return line.wanted ? value_words(*line.wanted, line) : Completions();
}

}  // namespace

Completions complete(const std::vector<std::string>& words) {
  std::string begun = words.empty() ? "" : words.back();
  Completions found;
  if (words.size() < 2) {
    found = first_words();
  } else if (words.front() == kHelp) {
    found = words.size() == 2 ? command_names() : Completions();
  } else if (const Command* command = find_command(words.front())) {
    found = arguments_of(*command, {words.begin() + 1, words.end()}, begun);
  }
  begun.erase(0, begun.find('=') == std::string::npos ? 0 : begun.find('=') + 1);
  std::erase_if(found.words, [&](const Completion& one) { return !one.word.starts_with(begun); });
  return found;
}

}  // namespace hookflow::pipeline
