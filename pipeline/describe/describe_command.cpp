#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/describe/stage_page.hpp"
#include "pipeline/describe/stage_text.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/terminal/window.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

std::vector<const StageDecl*> stages_named(const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const StageDecl* stage : registered_stages()) names.push_back(stage->name);
  std::vector<const StageDecl*> stages;
  for (const std::string& name : wanted) {
    stages.push_back(find_stage(name));
    if (stages.back() == nullptr)
      throw UsageError("describe: unknown stage '" + name + "'" + suggestion(name, names));
  }
  return stages;
}

int describe(const std::vector<std::string>& arguments) {
  Options options("describe [STAGE ...] [--model MODEL] [--markdown]",
                  "Describes stages with their inputs, outputs and parameters; with --model, a model's sizes "
                  "and hook points.",
                  "describe ablate measure.prediction");
  options.positional("stage", -1, "names of stages; default: all", "STAGE");
  options.add()("model", po::value<std::string>()->value_name("MODEL"), "a model to describe")(
      "markdown", "print a page of Markdown with the stages, and an example of each");
  if (!options.parse(arguments)) return exit_code::kDone;
  const bool is_page = options.has("markdown");
  if (is_page && options.has("model"))
    throw UsageError("describe: --markdown is of stages alone; leave out --model");
  const bool all = !options.has("stage") && !options.has("model");
  const auto stages =
      all ? registered_stages() : stages_named(options.get_or("stage", std::vector<std::string>()));
  if (options.has("model"))
    std::cout << subject_type().open(options.get<std::string>("model"), {})->description();
  if (is_page) std::cout << stage_page(stages);
  for (const StageDecl* stage : is_page ? std::vector<const StageDecl*>() : stages) {
    print_stage(*stage, std::cout, output_window());
    std::cout << "\n";
  }
  return exit_code::kDone;
}

const bool kDescribe =
    register_command({"describe", "stages with their parameters; hook points of a model", describe});

}  // namespace
}  // namespace hookflow::pipeline
