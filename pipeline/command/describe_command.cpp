#include <algorithm>
#include <iostream>
#include <utility>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

std::string doc_of(const ParamDecl& param) {
  std::string doc = param.doc;
  if (!param.listed) return doc;
  for (const char* separator = ": "; const std::string& value : param.listed()) {
    doc += std::exchange(separator, ", ") + value;
  }
  return doc;
}

/// Each on a line of its own, meanings below each other.
void print_choices(const std::vector<Choice>& choices) {
  std::size_t widest = 0;
  for (const Choice& choice : choices) widest = std::max(widest, choice.name.size());
  for (const Choice& choice : choices) {
    std::cout << "         " << choice.name << std::string(widest + 2 - choice.name.size(), ' ')
              << choice.meaning << "\n";
  }
}

void print_stage(const StageDecl& stage) {
  std::cout << stage.name << "\n  " << stage.doc << "\n";
  for (const PortDecl& port : stage.inputs) {
    std::cout << "  in   " << port.name << (port.optional ? " (optional)" : "") << ": " << port.kind << ": "
              << port.doc << "\n";
  }
  std::cout << "  out  " << stage.output << ": " << stage.output_doc << "\n";
  for (const ParamDecl& param : stage.params) {
    std::cout << "  " << param.name << (param.required ? " (required)" : " = " + param.default_value)
              << "\n       " << doc_of(param)
              << (param.rule.empty() || !param.choices.empty() ? "" : "; " + param.rule) << "\n";
    print_choices(param.choices);
  }
}

int describe(const std::vector<std::string>& arguments) {
  Options options("describe [STAGE ...] [--model MODEL]",
                  "Says what stages do, take and give; with --model, a model's sizes and hook points.");
  options.positional("stage", -1, "names of stages; none: all");
  options.add()("model", po::value<std::string>(), "a model to describe");
  if (!options.parse(arguments)) return exit_code::kDone;
  if (options.has("model"))
    std::cout << subject_type().open(options.get<std::string>("model"), {})->description();
  std::vector<std::string> names;
  for (const StageDecl* stage : registered_stages()) names.push_back(stage->name);
  const auto wanted = options.get_or("stage", options.has("model") ? std::vector<std::string>() : names);
  for (const std::string& name : wanted) {
    const StageDecl* stage = find_stage(name);
    if (stage == nullptr)
      throw UsageError("describe: unknown stage '" + name + "'" + suggestion(name, names));
    print_stage(*stage);
    std::cout << "\n";
  }
  return exit_code::kDone;
}

int list(const std::vector<std::string>& arguments) {
  Options options("list [stages|models|commands]", "Lists what there is, a line each.");
  options.positional("what", 1, "stages, models or commands; none: all");
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::vector<std::string> kinds = {"stages", "models", "commands"};
  const std::string what = options.get_or("what", std::string());
  if (!what.empty() && std::find(kinds.begin(), kinds.end(), what) == kinds.end()) {
    throw UsageError("list: unknown '" + what + "'" + suggestion(what, kinds));
  }
  const auto line = [](const std::string& name, const std::string& text) {
    std::cout << "  " << name << std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') << text << "\n";
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
    for (const auto& [name, command] : registered_commands()) line(name, command.summary);
  }
  return exit_code::kDone;
}

const bool kDescribe =
    register_command({"describe", "stages with their parameters; hook points of a model", describe});
const bool kList = register_command({"list", "names of stages, models and commands", list});

}  // namespace
}  // namespace hookflow::pipeline
