#include "pipeline/describe/stage_page.hpp"

#include "pipeline/describe/markdown.hpp"
#include "pipeline/describe/stage_example.hpp"
#include "pipeline/describe/value_kinds.hpp"
#include "pipeline/plugin/plugins.hpp"
#include "pipeline/stage/subject.hpp"

namespace hookflow::pipeline {
namespace {

using markdown::cell;
using markdown::code;
using markdown::prose;

constexpr const char* kIntroduction = R"(# Stages
What `hookflow describe --markdown` prints. A stage reads values of some kinds and gives one of another; stages that give
measures can be kept. `*` in the name of a variable is any text. Every example is a line that may stand at the end of this
workflow, whose stages are called as the kind of value that they give:
)";

std::string yaml_block(const std::string& text) { return "```yaml\n" + text + "```\n"; }

std::string contents(const std::vector<const StageDecl*>& stages) {
  std::string text;
  for (const StageDecl* stage : stages)
    text += "- [" + code(stage->name) + "](" + markdown::anchor(stage->name) +
            "): " + prose(stage->doc.substr(0, stage->doc.find_first_of(";:"))) + "\n";
  return text;
}

std::string about_ports(const StageDecl& stage) {
  std::string text;
  for (const PortDecl& port : stage.inputs)
    text += "- in, " + code(port.name) + (port.optional ? " (optional)" : "") + ": *" + taken_by(port) +
            "*, " + prose(port.doc) + "\n";
  text += "- out: *" + stage.output + "*, " + prose(stage.output_doc) + "\n";
  std::string summed_up;
  for (const SummaryDecl& summary : stage.summaries)
    summed_up += (summed_up.empty() ? "" : ", ") + code(summary.variable);
  return text + (summed_up.empty() ? "" : "- a report sums up " + summed_up + "\n");
}

std::string meaning_of(const ParamDecl& param) {
  std::string text = prose(param.doc);
  for (const Choice& choice : param.choices) text += "\n" + code(choice.name) + ": " + prose(choice.meaning);
  if (param.listed)
    for (const std::string& value : param.listed()) text += "\n" + code(value);
  return text;
}

std::string about_params(const StageDecl& stage) {
  if (stage.params.empty()) return "";
  std::string text = "\n| parameter | default | takes | meaning |\n| --- | --- | --- | --- |\n";
  for (const ParamDecl& param : stage.params) {
    const std::string rule = param.choices.empty() && !param.rule.empty() ? "; " + prose(param.rule) : "";
    text += "| " + code(param.name) + " | " +
            (param.required ? "required" : cell(code(param.default_value))) + " | " +
            cell(value_kinds(param.schema()) + rule) + " | " + cell(meaning_of(param)) + " |\n";
  }
  return text;
}

std::string about(const StageDecl& stage) {
  const std::string origin = origin_text(stage.name);
  return "\n## " + stage.name + "\n" + prose(stage.doc) + ".\n" +
         (origin.empty() ? "" : "\nA stage" + prose(origin) + ".\n") +
         yaml_block("  " + example_of(stage) + "\n") + about_ports(stage) + about_params(stage);
}

}  // namespace

std::string stage_page(const std::vector<const StageDecl*>& stages) {
  std::string page = kIntroduction + yaml_block(subject_type().examples) + "\n" + contents(stages);
  for (const StageDecl* stage : stages) page += about(*stage);
  return page;
}

}  // namespace hookflow::pipeline
