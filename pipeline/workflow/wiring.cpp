#include "pipeline/workflow/wiring.hpp"

#include <algorithm>
#include <map>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

/// Wires one stage after the other, then orders them.
class Wiring {
 public:
  Wiring(std::vector<StageSpec>& stages, const std::set<std::string>& broken, Problems& problems)
      : stages_(stages), broken_(broken), problems_(problems) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      ids_.push_back(stages[i].id);
      index_[stages[i].id] = i;
    }
  }

  void wire(StageSpec& stage, const Wire& wire) {
    where_ = "stage '" + stage.id + "'";
    line_ = wire.line;
    stage.inputs.assign(stage.declaration->inputs.size(), {});
    complete_ = true;
    if (wire.in != nullptr) connect(stage, *wire.in);
    if (!complete_) return;  // the missing port may be the one that was misspelt
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const PortDecl& declared = stage.declaration->inputs[port];
      if (stage.inputs[port].stage.empty() && !declared.optional) {
        problems_.add(line_, where_ + ": the input '" + declared.name + "' (" + declared.kind +
                                 ") is missing: " + declared.doc);
      }
    }
  }

  void order() {
    std::vector<StageSpec> sorted;
    std::vector<int> state(stages_.size(), 0);  // 0 not seen, 1 on the path, 2 placed
    std::vector<std::size_t> path;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < stages_.size(); ++i) visit(i, state, path, order);
    for (const std::size_t i : order) sorted.push_back(std::move(stages_[i]));
    stages_ = std::move(sorted);
  }

 private:
  void problem(const Node& node, const std::string& message) {
    complete_ = false;
    problems_.add(node.line == 0 ? line_ : node.line, where_ + ": in: " + message);
  }

  void connect(StageSpec& stage, const Node& in) {
    if (stage.declaration->inputs.empty()) {
      problem(in, "'" + stage.declaration->name + "' takes no input");
    } else if (in.kind == Node::Kind::scalar) {
      connect_by_kind(stage, in);
    } else if (in.kind == Node::Kind::list) {
      for (const Node& item : in.items) connect_by_kind(stage, item);
    } else if (in.kind == Node::Kind::map) {
      for (const auto& [port, node] : in.entries) connect_by_name(stage, port, node);
    } else {
      problem(in, "must be a stage's name, a list of names, or a map of port: name");
    }
  }

  /// The stage that `node` names, or nullptr after saying why not.
  const StageSpec* source(const Node& node, InputRef& ref) {
    if (node.kind != Node::Kind::scalar) {
      problem(node, to_json(node) + " is not the name of a stage");
      return nullptr;
    }
    try {
      ref = parse_input_ref(node.text);
    } catch (const ParamError& error) {
      problem(node, error.what());
      return nullptr;
    }
    const auto found = index_.find(ref.stage);
    if (found != index_.end()) return &stages_[found->second];
    if (broken_.contains(ref.stage)) {
      complete_ = false;
    } else {
      problem(node, "unknown stage '" + ref.stage + "'" + suggestion(ref.stage, ids_));
    }
    return nullptr;
  }

  void connect_by_kind(StageSpec& stage, const Node& node) {
    InputRef ref;
    const StageSpec* from = source(node, ref);
    if (from == nullptr) return;
    std::string wanted;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const PortDecl& declared = stage.declaration->inputs[port];
      if (!stage.inputs[port].stage.empty()) continue;
      if (declared.kind == from->declaration->output) {
        stage.inputs[port] = ref;
        return;
      }
      wanted += (wanted.empty() ? "" : ", ") + declared.kind + " ('" + declared.name + "')";
    }
    problem(node, "'" + ref.stage + "' gives " + from->declaration->output + ", but '" +
                      stage.declaration->name + "' takes " + (wanted.empty() ? "no more inputs" : wanted));
  }

  void connect_by_name(StageSpec& stage, const std::string& port_name, const Node& node) {
    const auto& declared = stage.declaration->inputs;
    std::vector<std::string> names;
    for (const PortDecl& port : declared) names.push_back(port.name);
    const auto port = std::find(names.begin(), names.end(), port_name) - names.begin();
    if (static_cast<std::size_t>(port) == names.size()) {
      problem(node, "unknown port '" + port_name + "'" + suggestion(port_name, names));
      return;
    }
    InputRef ref;
    const StageSpec* from = source(node, ref);
    if (from == nullptr) return;
    const auto at = static_cast<std::size_t>(port);
    if (from->declaration->output != declared[at].kind) {
      problem(node, "'" + ref.stage + "' gives " + from->declaration->output + ", but the port '" +
                        port_name + "' takes " + declared[at].kind);
      return;
    }
    stage.inputs[at] = ref;
  }

  void visit(std::size_t i, std::vector<int>& state, std::vector<std::size_t>& path,
             std::vector<std::size_t>& order) {
    if (state[i] == 2) return;
    if (state[i] == 1) {
      std::string cycle;
      for (auto at = std::find(path.begin(), path.end(), i); at != path.end(); ++at)
        cycle += stages_[*at].id + " <- ";
      problems_.add(stages_[i].line, "the stages form a cycle: " + cycle + stages_[i].id);
      return;
    }
    state[i] = 1;
    path.push_back(i);
    for (const InputRef& ref : stages_[i].inputs) {
      const auto found = index_.find(ref.stage);
      if (found != index_.end()) visit(found->second, state, path, order);
    }
    path.pop_back();
    state[i] = 2;
    order.push_back(i);
  }

  std::vector<StageSpec>& stages_;
  const std::set<std::string>& broken_;
  Problems& problems_;
  std::vector<std::string> ids_;
  std::map<std::string, std::size_t> index_;
  std::string where_;
  std::size_t line_ = 0;
  bool complete_ = true;
};

}  // namespace

void wire_stages(std::vector<StageSpec>& stages, const std::vector<Wire>& wires,
                 const std::set<std::string>& broken, Problems& problems) {
  Wiring wiring(stages, broken, problems);
  for (std::size_t i = 0; i < stages.size(); ++i) wiring.wire(stages[i], wires[i]);
  wiring.order();
}

}  // namespace hookflow::pipeline
