#include <iostream>

#include <nlohmann/json.hpp>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/schema/workflow_schema.hpp"

namespace hookflow::pipeline {
namespace {

int print_schema(const std::vector<std::string>& arguments) {
  Options options(
      "schema",
      "Prints a JSON Schema (draft-07) of workflow files, with every stage, for editors. A workflow "
      "that begins with the line\n  # yaml-language-server: $schema=workflow.schema.json\n"
      "is then completed, explained and checked while it is written.",
      "schema > workflow.schema.json");
  if (!options.parse(arguments)) return exit_code::kDone;
  std::cout << nlohmann::ordered_json::parse(to_json(workflow_schema())).dump(2) << "\n";
  return exit_code::kDone;
}

const bool kSchema =
    register_command({"schema", "print a JSON Schema of workflow files, for editors", print_schema});

}  // namespace
}  // namespace hookflow::pipeline
