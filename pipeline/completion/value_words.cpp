#include "pipeline/completion/value_words.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/starter/shipped_workflows.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

Completions stage_words(const CommandLine& /*line*/) {
  Completions all;
  for (const StageDecl* stage : registered_stages()) all.words.push_back({stage->name, stage->doc});
  return all;
}

Completions subject_words(const CommandLine& /*line*/) {
  Completions all;
  for (const std::string& name : subject_type().built_in()) all.words.push_back({name, "built in"});
  all.file_endings = {"/"};
  return all;
}

Completions shipped_words(const CommandLine& /*line*/) {
  Completions all;
  for (const ShippedWorkflow& workflow : shipped_workflows())
    all.words.push_back({workflow.name, workflow.about});
  return all;
}

RunFileView given_file(const CommandLine& line) {
  return read_run_file(RunFile(line.positionals.at(0), Seal::ignored));
}

Completions result_words(const CommandLine& line) {
  Completions all;
  for (const GroupLayout& group : given_file(line).groups) {
    all.words.push_back({group.name, group.about});
    for (const Variable& variable : group.variables)
      all.words.push_back({group.name + "." + variable.name, variable.long_name});
  }
  return all;
}

/// Labels of an axis behind its name and `=`, else the axes: of the result that is named, or of all.
Completions label_words(const CommandLine& line) {
  const std::size_t equals = line.word.find('=');
  const std::string axis_name = line.word.substr(0, equals);
  const std::string group_name = line.positionals.size() < 2 ? "" : split(line.positionals[1], '.').at(0);
  std::map<std::string, std::string> words;
  for (const GroupLayout& group : given_file(line).groups) {
    if (!group_name.empty() && group.name != group_name) continue;
    for (const Variable& variable : group.variables) {
      for (const Axis& axis : variable.axes) {
        if (equals == std::string::npos) words.emplace(axis.name + "=", axis.long_name);
        if (equals == std::string::npos || axis.name != axis_name) continue;
        std::visit(
            [&](const auto& labels) {
              for (const auto& label : labels) words.emplace(write_param(label).text, "");
            },
            axis.coordinates.labels());
      }
    }
  }
  Completions all;
  for (const auto& [word, about] : words) all.words.push_back({word, about});
  return all;
}

using Source = Completions (*)(const CommandLine&);
const std::map<std::string, Source>& sources() {
  static const std::map<std::string, Source> all = {{"STAGE", stage_words},
                                                    {"MODEL", subject_words},
                                                    {"WORKFLOW", shipped_words},
                                                    {"RESULT", result_words},
                                                    {"COLUMN=VALUE", label_words}};
  return all;
}

}  // namespace

Completions value_words(const Argument& argument, const CommandLine& line) {
  if (const auto source = sources().find(argument.value); source != sources().end()) {
    try {
      return source->second(line);
    } catch (const std::exception&) {  // the file is none, or not there yet
      return {};
    }
  }
  Completions all;
  for (const std::string& one : split(argument.value, '|')) {
    const std::size_t dot = one.find('.');
    const bool is_word = std::ranges::none_of(one, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (dot != std::string::npos) {
      all.file_endings.push_back(one.substr(dot));
    } else if (is_word) {
      all.words.push_back({one, ""});
    } else if (one == "FILE") {
      all.file_endings.emplace_back();
    }
  }
  return all;
}

}  // namespace hookflow::pipeline
