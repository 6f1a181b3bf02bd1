#include "stages/edit/label_param.hpp"

#include <algorithm>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {

std::string read_label(const pipeline::Node& node) {
  std::string name;
  pipeline::read_param(node, name);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  const bool usable = !name.empty() && name.front() != ' ' && name.back() != ' ' &&
                      name.find_first_of(",[]=") == std::string::npos && std::ranges::none_of(name, control);
  if (!usable) {
    throw pipeline::ParamError("name: '" + name +
                                   "' cannot be a label, as in scores.prob[variant=both]; must be text "
                                   "without , [ ] = or line breaks, and without spaces at its ends",
                               node.line);
  }
  return name;
}

pipeline::Node label_schema() {
  return pipeline::schema::text_like(R"(^[^ ,\[\]=\x00-\x1f]([^,\[\]=\x00-\x1f]*[^ ,\[\]=\x00-\x1f])?$)");
}

}  // namespace hookflow::stages
