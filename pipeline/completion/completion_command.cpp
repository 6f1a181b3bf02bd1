#include <algorithm>
#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/completion/completions.hpp"
#include "pipeline/completion/shell_scripts.hpp"
#include "pipeline/error.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

int print_script(const std::vector<std::string>& arguments) {
  Options options(
      "completion bash|zsh",
      "Prints what makes the shell complete commands, options, files, stages and results at a press of "
      "Tab. For the shell that runs: source <(hookflow completion bash), or zsh; an installation puts "
      "both where the shells look for them.",
      "completion bash");
  options.positional("shell", 1, "bash or zsh", "bash|zsh");
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string shell = options.required("shell");
  const auto found = std::ranges::find(shell_scripts(), shell, &ShellScript::shell);
  if (found == shell_scripts().end())
    throw UsageError("completion: unknown shell '" + shell + "'" +
                     suggestion(shell, shell_scripts(), &ShellScript::shell) + "; must be bash or zsh");
  std::cout << found->text;
  return exit_code::kDone;
}

/// What the scripts read: see shell_scripts.cpp.
int print_completions(const std::vector<std::string>& arguments) {
  Options options("complete -- WORD ...", "Prints what may come next on a command line, for shells.",
                  "complete -- insp");
  options.positional("word", -1, "the words behind hookflow, the last maybe empty", "WORD");
  if (!options.parse(arguments)) return exit_code::kDone;
  const Completions found = complete(options.get_or("word", std::vector<std::string>()));
  for (const Completion& one : found.words)
    std::cout << one.word << '\t' << one_line(one.about.substr(0, one.about.find('\n'))) << '\n';
  for (const std::string& ending : found.file_endings) std::cout << '\t' << ending << '\n';
  return exit_code::kDone;
}

const bool kCompletionCommand =
    register_command({"completion", "print what makes a shell complete", print_script});
const bool kCompleteCommand =
    register_command({"complete", "print what may come next on a command line", print_completions, true});

}  // namespace
}  // namespace hookflow::pipeline
