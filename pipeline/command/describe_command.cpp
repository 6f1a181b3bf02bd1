#include <algorithm>
#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/plugin/plugins.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/terminal/window.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// Text behind an indentation, wrapped to the window; `hanging`: how much further lines after the first
/// begin.
void print_text(std::size_t indent, const std::string& text, std::size_t hanging = 0) {
  std::cout << std::string(indent, ' ') << wrapped(text, output_window().columns, indent + hanging) << "\n";
}

/// Values that explain themselves, such as "entropy: in nat", stand on a line each.
std::string doc_of(const ParamDecl& param) {
  const bool told = param.rule.empty() || !param.choices.empty();
  const std::string rule = told ? "" : "; " + param.rule;
  if (!param.listed) return param.doc + rule;
  const std::vector<std::string> values = param.listed();
  const bool explained = std::ranges::any_of(
      values, [](const std::string& value) { return value.find(' ') != std::string::npos; });
  std::string doc = param.doc + (explained ? rule : "");
  const char* separator = explained ? "\n  " : ": ";
  for (const std::string& value : values) {
    doc += separator + value;
    if (!explained) separator = ", ";
  }
  return doc + (explained ? "" : rule);
}

/// A stage as a workflow names it, with all that it must be given.
std::string example_of(const StageDecl& stage) {
  std::string example = "NAME: {stage: " + stage.name;
  std::string ports;
  const bool any = std::ranges::all_of(stage.inputs, &PortDecl::optional);  // then one of them, as a rule
  for (const PortDecl& port : stage.inputs)
    if (!port.optional || (any && ports.empty())) ports += (ports.empty() ? "" : ", ") + port.kind;
  if (!ports.empty())
    example += ports.find(',') == std::string::npos ? ", in: " + ports : ", in: [" + ports + "]";
  for (const ParamDecl& param : stage.params)
    if (param.required) example += ", " + param.name + ": …";
  if (!stage.example.empty()) example += ", " + stage.example;
  return example + "}";
}

/// Each on a line of its own, meanings below each other.
void print_choices(const std::vector<Choice>& choices) {
  std::size_t widest = 0;
  for (const Choice& choice : choices) widest = std::max(widest, choice.name.size());
  for (const Choice& choice : choices)
    print_text(8, choice.name + std::string(widest + 2 - choice.name.size(), ' ') + choice.meaning,
               widest + 2);
}

void print_stage(const StageDecl& stage) {
  constexpr std::size_t kHanging = 5;  // behind "in" and "out"
  std::cout << output_window().painted(stage.name, Ink::bold) << "\n";
  print_text(2, stage.doc);
  if (const std::string origin = origin_text(stage.name); !origin.empty()) print_text(2, "a stage" + origin);
  std::cout << "\n";
  print_text(2, "such as  " + example_of(stage));
  for (const PortDecl& port : stage.inputs)
    print_text(
        2, "in   " + port.name + (port.optional ? " (optional)" : "") + ": " + port.kind + ": " + port.doc,
        kHanging);
  print_text(2, "out  " + stage.output + ": " + stage.output_doc, kHanging);
  for (const ParamDecl& param : stage.params) {
    std::cout << "\n";
    print_text(2, param.name + (param.required ? " (required)" : " = " + param.default_value));
    print_text(6, doc_of(param));
    print_choices(param.choices);
  }
}

int describe(const std::vector<std::string>& arguments) {
  Options options("describe [STAGE ...] [--model MODEL]",
                  "Describes stages with their inputs, outputs and parameters; with --model, a model's sizes "
                  "and hook points.",
                  "describe ablate measure.prediction");
  options.positional("stage", -1, "names of stages; default: all", "STAGE");
  options.add()("model", po::value<std::string>()->value_name("MODEL"), "a model to describe");
  if (!options.parse(arguments)) return exit_code::kDone;
  std::vector<std::string> names;
  for (const StageDecl* stage : registered_stages()) names.push_back(stage->name);
  const auto wanted = options.get_or("stage", options.has("model") ? std::vector<std::string>() : names);
  for (const std::string& name : wanted)
    if (find_stage(name) == nullptr)
      throw UsageError("describe: unknown stage '" + name + "'" + suggestion(name, names));
  if (options.has("model"))
    std::cout << subject_type().open(options.get<std::string>("model"), {})->description();
  for (const std::string& name : wanted) {
    print_stage(*find_stage(name));
    std::cout << "\n";
  }
  return exit_code::kDone;
}

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

const bool kDescribe =
    register_command({"describe", "stages with their parameters; hook points of a model", describe});
const bool kList = register_command({"list", "names of stages, models and commands", list});

}  // namespace
}  // namespace hookflow::pipeline
