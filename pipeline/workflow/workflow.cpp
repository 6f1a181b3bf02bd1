#include "pipeline/workflow/workflow.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/text/lfs_pointer.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/workflow/wiring.hpp"
#include "pipeline/workflow/workflow_settings.hpp"

namespace hookflow::pipeline {
namespace {

bool valid_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !id.empty() && std::all_of(id.begin(), id.end(), allowed);
}

/// Reads the workflow's own keys, then its stages, collecting problems.
class Reader {
 public:
  Reader(const Node& root, const std::string& file, const std::filesystem::path& base)
      : root_(root), problems_(file) {
    spec_.file = file;
    spec_.base = base;
    spec_.model_base = base;
  }

  WorkflowSpec read() {
    if (root_.kind != Node::Kind::map)
      throw UsageError(spec_.file + ": a workflow is a map with the key 'stages'");
    const std::vector<std::string>& keys = workflow_keys();
    for (const auto& [key, value] : root_.entries) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        problems_.add(value.line, "unknown key '" + key + "'" + suggestion(key, keys));
      }
    }
    read_name();
    value_of("about", spec_.about, false);
    value_of("model", spec_.model, true);
    spec_.model_place = place_of("model");
    value_of("show", spec_.show, false);
    spec_.show_line = line_of("show");
    if (const Node* figures = root_.find("figures")) spec_.figures = read_figures(*figures, problems_);
    read_batch_weight();
    if (const Node* prompts = root_.find("prompts")) {
      spec_.prompts = *prompts;
    } else {
      problems_.add(0, "the key 'prompts' is missing");
    }
    read_plugins();
    read_stages();
    read_keep();
    problems_.raise();
    return std::move(spec_);
  }

 private:
  /// Whether there is a value that could be read.
  template <typename T>
  bool value_of(const std::string& key, T& target, bool needed) {
    const Node* node = root_.find(key);
    if (node == nullptr && needed) problems_.add(0, "the key '" + key + "' is missing");
    return node != nullptr && attempt(key, node->line, [&] { read_param(*node, target); });
  }

  [[nodiscard]] std::size_t line_of(const std::string& key) const {
    const Node* node = root_.find(key);
    return node == nullptr ? 0 : node->line;
  }

  /// The file, and the line of a key that is in it.
  [[nodiscard]] std::string place_of(const std::string& key) const {
    const std::size_t line = line_of(key);
    return spec_.file + (line == 0 ? "" : ":" + std::to_string(line));
  }

  void read_name() {
    if (!value_of("workflow", spec_.name, true)) return;
    if (spec_.name.empty() || spec_.name.find('/') != std::string::npos) {
      problems_.add(line_of("workflow"), "workflow: '" + spec_.name +
                                             "' cannot be the workflow's name, after which the run file is "
                                             "named; must be text without a '/'");
    }
  }

  template <typename Action>
  bool attempt(const std::string& where, std::size_t line, Action action) {
    try {
      action();
      return true;
    } catch (const ParamError& error) {
      problems_.add(error.line == 0 ? line : error.line, where + ": " + error.what());
      return false;
    }
  }

  void read_batch_weight() {
    std::int64_t weight = 0;
    if (!value_of("batch_tokens", weight, false)) return;
    if (const auto problem = countable().problem(weight))
      problems_.add(line_of("batch_tokens"), "batch_tokens: " + *problem + "; must be " + countable().text);
    spec_.batch_weight = static_cast<std::size_t>(weight);
  }

  /// What comes after cannot be checked without them.
  void read_plugins() {
    std::vector<std::string> names;
    if (value_of("plugins", names, false)) load_plugins(names, spec_.base, place_of("plugins") + ": plugins");
    spec_.plugins = loaded_plugins();
  }

  void read_stages() {
    const Node* stages = root_.find("stages");
    if (stages == nullptr || stages->kind != Node::Kind::map || stages->entries.empty()) {
      problems_.add(stages == nullptr ? 0 : stages->line, "'stages' must be a map of at least one stage");
      return;
    }
    std::vector<const Node*> wires;
    for (const auto& [id, node] : stages->entries) {
      StageSpec stage;
      stage.id = id;
      stage.line = node.line;
      if (!valid_id(id))
        problems_.add(node.line, "stage '" + id + "': an id must have only letters, digits, _ and -");
      if (is_reserved(id)) problems_.add(node.line, name_is_taken(id));
      if (read_stage(node, stage)) {
        wires.push_back(node.find("in"));
        spec_.stages.push_back(std::move(stage));
      } else {
        broken_.insert(id);
      }
    }
    wire_stages(spec_.stages, wires, broken_, problems_);
  }

  bool read_stage(const Node& node, StageSpec& stage) {
    const std::string where = "stage '" + stage.id + "'";
    const Node* type = node.find("stage");
    if (node.kind != Node::Kind::map || type == nullptr || type->kind != Node::Kind::scalar) {
      problems_.add(node.line, where + ": must be a map with the key 'stage', such as {stage: NAME}");
      return false;
    }
    stage.declaration = find_stage(type->text);
    if (stage.declaration == nullptr) {
      const std::string nearest = suggestion(type->text, registered_stages(), &StageDecl::name);
      problems_.add(
          type->line,
          where + ": unknown stage '" + type->text + "'" +
              (nearest.empty() ? "; one of a plugin needs `plugins: [FILE.so]` or --plugin" : nearest));
      return false;
    }
    stage.stage = stage.declaration->make();
    read_params(node, stage, where);
    return true;
  }

  void read_params(const Node& node, StageSpec& stage, const std::string& where) {
    const std::vector<ParamDecl>& params = stage.declaration->params;
    std::vector<std::string> known = {"in"};
    for (const ParamDecl& param : params) known.push_back(param.name);
    for (const auto& [key, value] : node.entries) {
      stage.key_lines[key] = value.line;
      if (key == "stage" || key == "in") continue;
      const auto param = std::ranges::find(params, key, &ParamDecl::name);
      if (param == params.end()) {
        problems_.add(value.line, where + ": unknown parameter '" + key + "'" + suggestion(key, known));
      } else {
        attempt(where + ": " + key, value.line, [&, &given = value] { param->read(*stage.stage, given); });
      }
    }
    for (const ParamDecl& param : params) {
      if (param.required && node.find(param.name) == nullptr) {
        problems_.add(node.line, where + ": the parameter '" + param.name + "' is missing: " + param.doc);
      }
    }
  }

  void read_keep() {
    const Node* keep = root_.find("keep");
    if (keep == nullptr) {
      problems_.add(0, "the key 'keep' is missing: the stages whose results go into the file");
      return;
    }
    if (!value_of("keep", spec_.keep, false)) return;
    if (spec_.keep.empty()) problems_.add(keep->line, "keep: the list is empty, so nothing would be stored");
    for (const std::string& id : spec_.keep) {
      const auto stage = std::ranges::find(spec_.stages, id, &StageSpec::id);
      if (stage == spec_.stages.end()) {
        if (!broken_.contains(id))
          problems_.add(keep->line,
                        "keep: unknown stage '" + id + "'" + suggestion(id, spec_.stages, &StageSpec::id));
      } else if (stage->declaration->output != kMeasures) {
        problems_.add(keep->line, "keep: stage '" + id + "' gives " + stage->declaration->output +
                                      "; only measures can be stored");
      } else if (std::count(spec_.keep.begin(), spec_.keep.end(), id) > 1) {
        problems_.add(keep->line, "keep: '" + id + "' is given twice");
      }
    }
  }

  const Node& root_;
  WorkflowSpec spec_;
  Problems problems_;
  std::set<std::string> broken_;  // ids whose stage could not be read: no second problem for their users
};

}  // namespace

Node WorkflowSpec::resolved() const {
  Node all_stages = Node::map({});
  for (const StageSpec& stage : stages) {
    Node& node = all_stages[stage.id];
    node["stage"] = write_param(stage.declaration->name);
    for (std::size_t port = 0; port < stage.declaration->inputs.size(); ++port) {
      const InputRef& ref = stage.inputs[port];
      if (!ref.stage.empty()) node["in"][stage.declaration->inputs[port].name] = write_param(to_string(ref));
    }
    for (const ParamDecl& param : stage.declaration->params) node[param.name] = param.write(*stage.stage);
  }
  Node whole = Node::map({{"workflow", write_param(name)},
                          {"about", write_param(about)},
                          {"model", write_param(model)},
                          {"batch_tokens", write_param(static_cast<std::int64_t>(batch_weight))},
                          {"stages", std::move(all_stages)},
                          {"keep", write_param(keep)},
                          {"show", write_param(show)},
                          {"figures", write_figures(figures)}});
  for (const Plugin& plugin : plugins) {
    Node& paths = whole["plugins"];
    paths.kind = Node::Kind::list;
    paths.items.push_back(write_param(plugin.path.string()));
  }
  return whole;
}

WorkflowSpec read_workflow_text(const std::string& text, const std::string& file,
                                const std::filesystem::path& base, const std::vector<std::string>& settings) {
  Node root = parse_yaml(text, file);
  for (const std::string& setting : settings) apply_setting(root, setting);
  WorkflowSpec spec = Reader(root, file, base).read();
  spec.is_changed = !settings.empty();
  return spec;
}

bool decides_results(const std::string& key) {
  const std::vector<std::string> said_for_people = {"model", "plugins", "about", "show", "figures"};
  return std::ranges::find(said_for_people, key) == said_for_people.end();
}

WorkflowSpec read_resolved_workflow(const std::string& json, const std::string& file) {
  Node root = parse_yaml(json, file);
  root["prompts"] = Node::list({});
  return Reader(root, file, {}).read();
}

std::string workflow_text(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path))
    throw InputError(path.string() + ": is a directory, not a workflow file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw InputError(path.string() +
                     ": the workflow file cannot be read: " + std::generic_category().message(errno));
  }
  refuse_lfs_pointer(path);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  std::string text = bytes.str();
  if (text.starts_with("\x89HDF"))
    throw InputError(path.string() +
                     ": is a run file, not a workflow: resume it, or look at it with inspect or report");
  return text;
}

WorkflowSpec read_workflow(const std::filesystem::path& path, const std::vector<std::string>& settings) {
  return read_workflow_text(workflow_text(path), path.string(), path.parent_path(), settings);
}

}  // namespace hookflow::pipeline
