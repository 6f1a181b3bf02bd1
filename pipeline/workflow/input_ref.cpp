#include "pipeline/workflow/input_ref.hpp"

#include <algorithm>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

AxisLabel parse_label(const std::string& text, const std::string& whole) {
  const std::size_t equals = text.find('=');
  AxisLabel result;
  if (equals != std::string::npos) {
    result = {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
  }
  if (result.axis.empty() || result.label.empty()) {
    throw ParamError("'" + whole + "': '" + text +
                     "' must be axis=label, as in scores.prob[replacement=zero]");
  }
  return result;
}

}  // namespace

InputRef parse_input_ref(const std::string& text) {
  InputRef ref;
  const std::size_t bracket = text.find('[');
  const std::string name = text.substr(0, bracket);
  const std::size_t dot = name.find('.');
  ref.stage = name.substr(0, dot);
  if (dot != std::string::npos) ref.variable = name.substr(dot + 1);
  if (bracket == std::string::npos) return ref;

  if (text.back() != ']') throw ParamError("'" + text + "': the bracket is not closed by a ']' at the end");
  const std::string inside = text.substr(bracket + 1, text.size() - bracket - 2);
  for (std::size_t start = 0; start <= inside.size();) {
    const std::size_t comma = std::min(inside.find(',', start), inside.size());
    AxisLabel label = parse_label(inside.substr(start, comma - start), text);
    const bool twice = std::any_of(ref.where.begin(), ref.where.end(),
                                   [&](const AxisLabel& other) { return other.axis == label.axis; });
    if (twice) throw ParamError("'" + text + "': the axis '" + label.axis + "' is given twice");
    ref.where.push_back(std::move(label));
    start = comma + 1;
  }
  return ref;
}

std::string to_string(const InputRef& ref) {
  std::string text = ref.stage;
  if (!ref.variable.empty()) text += "." + ref.variable;
  for (std::size_t i = 0; i < ref.where.size(); ++i) {
    text += (i == 0 ? "[" : ", ") + ref.where[i].axis + "=" + ref.where[i].label;
  }
  return ref.where.empty() ? text : text + "]";
}

}  // namespace hookflow::pipeline
