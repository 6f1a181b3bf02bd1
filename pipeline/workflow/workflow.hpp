#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/plugin/plugins.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/workflow/figure_request.hpp"
#include "pipeline/workflow/input_ref.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// One entry under `stages:`, checked against its declaration.
struct StageSpec {
  std::string id;
  std::size_t line = 0;
  const StageDecl* declaration = nullptr;
  std::unique_ptr<Stage> stage;                  // with its parameters set
  std::vector<InputRef> inputs;                  // one a declared port, then those that parameters name
  std::map<std::string, std::size_t> key_lines;  // of what is given, for problems found while planning
};

/// A workflow file whose every key, stage, parameter and wire has been checked; what depends on the model or
/// the prompts is checked when it is planned.
struct WorkflowSpec {
  std::string file;  // as given, for messages
  std::filesystem::path base;
  std::string name;
  std::string about;
  std::string model;
  std::string model_place;           // where it was named, for messages: `w.yaml:3`, or `--model`
  std::filesystem::path model_base;  // from where it is looked for if it is a relative path
  std::vector<Plugin> plugins;       // all that are loaded: any may take part in the results
  Node prompts;
  std::size_t batch_weight = 256;  // prompts share a batch up to this size
  std::vector<StageSpec> stages;   // inputs first
  std::vector<std::string> keep;
  std::string show;  // stage.variable that a viewer shows first; empty: the first kept
  std::size_t show_line = 0;
  bool is_changed = false;             // by settings from outside of the file
  std::vector<FigureRequest> figures;  // that a report shows first

  /// The workflow with every default stated, without its prompts: what the results depend on.
  [[nodiscard]] Node resolved() const;
};

/// Whether a workflow's key decides what is computed. The model and plugins are known by their files, not
/// their names, and the rest is said for people.
bool decides_results(const std::string& key);

/// What the file of a workflow holds. Throws InputError when it cannot be read.
std::string workflow_text(const std::filesystem::path& path);

/// Reads and checks a workflow, for which its plugins are loaded. `settings` are `--set` assignments,
/// "a.b=c", applied first; a path's first word may be a stage's id. Throws InputError when the file cannot be
/// read, UsageError listing all problems, each with its line and, for an unknown name, the nearest known one.
WorkflowSpec read_workflow(const std::filesystem::path& path, const std::vector<std::string>& settings);
/// The same from text; `file` names it in messages.
WorkflowSpec read_workflow_text(const std::string& text, const std::string& file,
                                const std::filesystem::path& base, const std::vector<std::string>& settings);
/// The workflow of which resolved() gave this JSON; it has no prompts. `file` names it in messages.
WorkflowSpec read_resolved_workflow(const std::string& json, const std::string& file);

}  // namespace hookflow::pipeline
