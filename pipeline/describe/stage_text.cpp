#include "pipeline/describe/stage_text.hpp"

#include <algorithm>
#include <ostream>

#include "pipeline/describe/stage_example.hpp"
#include "pipeline/plugin/plugins.hpp"
#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {
namespace {

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

class StageText {
 public:
  StageText(std::ostream& out, const Window& window) : out_(out), window_(window) {}

  void print(const StageDecl& stage) {
    constexpr std::size_t kHanging = 5;  // behind "in" and "out"
    out_ << window_.painted(stage.name, Ink::bold) << "\n";
    print_text(2, stage.doc);
    if (const std::string origin = origin_text(stage.name); !origin.empty())
      print_text(2, "a stage" + origin);
    out_ << "\n";
    print_text(2, "such as  " + example_of(stage));
    for (const PortDecl& port : stage.inputs)
      print_text(2,
                 "in   " + port.name + (port.optional ? " (optional)" : "") + ": " + taken_by(port) + ": " +
                     port.doc,
                 kHanging);
    print_text(2, "out  " + stage.output + ": " + stage.output_doc, kHanging);
    for (const ParamDecl& param : stage.params) {
      out_ << "\n";
      print_text(2, param.name + (param.required ? " (required)" : " = " + param.default_value));
      print_text(6, doc_of(param));
      print_choices(param.choices);
    }
  }

 private:
  /// Text behind an indentation, wrapped to the window; `hanging`: how much further lines after the first
  /// begin.
  void print_text(std::size_t indent, const std::string& text, std::size_t hanging = 0) {
    out_ << std::string(indent, ' ') << wrapped(text, window_.columns, indent + hanging) << "\n";
  }

  /// Each on a line of its own, meanings below each other.
  void print_choices(const std::vector<Choice>& choices) {
    std::size_t widest = 0;
    for (const Choice& choice : choices) widest = std::max(widest, choice.name.size());
    for (const Choice& choice : choices)
      print_text(8, choice.name + std::string(widest + 2 - choice.name.size(), ' ') + choice.meaning,
                 widest + 2);
  }

  std::ostream& out_;
  const Window& window_;
};

}  // namespace

void print_stage(const StageDecl& stage, std::ostream& out, const Window& window) {
  StageText(out, window).print(stage);
}

}  // namespace hookflow::pipeline
