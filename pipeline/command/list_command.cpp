#include <algorithm>
#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/terminal/window.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

int list(const std::vector<std::string>& arguments) {
  Options options("list [stages|models|commands]", "Lists stages, models and commands, one per line.",
                  "list stages");
  options.positional("what", 1, "stages, models or commands; default: all", "stages|models|commands");
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::vector<std::string> kinds = {"stages", "models", "commands"};
  const std::string what = options.get_or("what", std::string());
  if (!what.empty() && std::find(kinds.begin(), kinds.end(), what) == kinds.end()) {
    throw UsageError("list: unknown list '" + what + "'" + suggestion(what, kinds));
  }
  const auto line = [](const std::string& name, const std::string& text) {
    constexpr std::size_t kText = 24;  // the column where texts begin
    const std::string start =
        "  " + name + std::string(name.size() + 3 > kText ? 1 : kText - name.size() - 2, ' ');
    std::cout << start << wrapped(text, output_window().columns, kText) << "\n";
  };
  if (what.empty() || what == "stages") {
    std::cout << "stages\n";
    for (const StageDecl* stage : registered_stages()) line(stage->name, stage->doc);
  }
  if (what.empty() || what == "models") {
    std::cout << "models (built in; a directory or a name in the Hugging Face cache works too)\n";
    for (const std::string& model : subject_type().built_in()) line(model, "");
  }
  if (what.empty() || what == "commands") {
    std::cout << "commands\n";
    for (const Command* command : registered_commands()) line(command->name, command->summary);
  }
  return exit_code::kDone;
}

const bool kList = register_command({"list", "names of stages, models and commands", list});

}  // namespace
}  // namespace hookflow::pipeline
