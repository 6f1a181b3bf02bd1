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
    for (std::size_t i = 0; i < stages.size(); ++i) index_[stages[i].id] = i;
  }

  void wire(StageSpec& stage, const Node* in) {
    where_ = "stage '" + stage.id + "'";
    line_ = stage.line;
    stage.inputs.assign(stage.declaration->inputs.size(), {});
    complete_ = true;
    if (in != nullptr) connect(stage, *in);
    connect_named(stage);
    if (!complete_) return;  // the missing port may be the one that was misspelt
    for (std::size_t port = 0; port < stage.declaration->inputs.size(); ++port) {
      const PortDecl& declared = stage.declaration->inputs[port];
      if (stage.inputs[port].stage.empty() && !declared.optional) {
        problems_.add(line_, where_ + ": the input '" + declared.name + "' (" + taken_by(declared) +
                                 ") is missing: " + declared.doc);
      }
    }
  }

  void order() {
    for (std::size_t i = 0; i < stages_.size(); ++i) place(i);
    std::vector<StageSpec> sorted;
    // Sources first: they say what runs together before others count it.
    std::ranges::stable_partition(order_,
                                  [&](std::size_t i) { return stages_[i].declaration->inputs.empty(); });
    for (const std::size_t i : order_) sorted.push_back(std::move(stages_[i]));
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

  /// Behind the ports: the stages that parameters name.
  void connect_named(StageSpec& stage) {
    const NamedInputsDecl& named = stage.declaration->named_inputs;
    if (!named.stages) return;
    for (const std::string& id : named.stages(*stage.stage)) {
      const auto found = index_.find(id);
      if (found != index_.end() && stages_[found->second].declaration->output == named.kind) {
        stage.inputs.push_back({id, {}, {}});
      } else if (found != index_.end()) {
        problems_.add(line_, where_ + ": '" + id + "' gives " + stages_[found->second].declaration->output +
                                 ", but what a parameter names must give " + named.kind);
      } else if (!broken_.contains(id)) {
        problems_.add(line_, where_ + ": a parameter names '" + id + "', which is no stage" +
                                 suggestion(id, stages_, &StageSpec::id));
      }
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
      problem(node, "unknown stage '" + ref.stage + "'" + suggestion(ref.stage, stages_, &StageSpec::id));
    }
    return nullptr;
  }

  /// Why the port cannot take what the other stage gives; empty: it can.
  static std::string misfit(const StageSpec& reader, const PortDecl& port, const StageSpec& from) {
    const StageDecl& giver = *from.declaration;
    if (giver.output != port.kind)
      return "'" + from.id + "' gives " + giver.output + ", but the port '" + port.name + "' takes " +
             port.kind;
    if (reader.declaration->aggregates || giver.aggregates == port.aggregated) return "";
    return "'" + from.id + "' " +
           (giver.aggregates ? "is computed after all prompts are done"
                             : "gives " + port.kind + " of each prompt") +
           ", but the port '" + port.name + "' takes " + taken_by(port) +
           (giver.aggregates ? " of each prompt" : ", as a stage that aggregates gives");
  }

  void connect_by_kind(StageSpec& stage, const Node& node) {
    InputRef ref;
    const StageSpec* from = source(node, ref);
    if (from == nullptr) return;
    std::string wanted;
    std::string nearly;  // why a port of that kind does not take it
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const PortDecl& declared = stage.declaration->inputs[port];
      if (!stage.inputs[port].stage.empty()) continue;
      const std::string why_not = misfit(stage, declared, *from);
      if (why_not.empty()) {
        stage.inputs[port] = ref;
        return;
      }
      if (declared.kind == from->declaration->output) nearly = why_not;
      wanted += (wanted.empty() ? "" : ", ") + taken_by(declared) + " ('" + declared.name + "')";
    }
    if (!nearly.empty()) return problem(node, nearly);
    problem(node, "'" + ref.stage + "' gives " + from->declaration->output + ", but '" +
                      stage.declaration->name + "' takes " + (wanted.empty() ? "no more inputs" : wanted));
  }

  void connect_by_name(StageSpec& stage, const std::string& port_name, const Node& node) {
    const std::vector<PortDecl>& ports = stage.declaration->inputs;
    const auto port = std::ranges::find(ports, port_name, &PortDecl::name);
    if (port == ports.end()) {
      return problem(node,
                     "unknown port '" + port_name + "'" + suggestion(port_name, ports, &PortDecl::name));
    }
    InputRef ref;
    const StageSpec* from = source(node, ref);
    if (from == nullptr) return;
    if (const std::string why_not = misfit(stage, *port, *from); !why_not.empty())
      return problem(node, why_not);
    stage.inputs[static_cast<std::size_t>(port - ports.begin())] = ref;
  }

  /// Adds the stage to the order, behind its inputs.
  void place(std::size_t i) {
    if (std::ranges::find(order_, i) != order_.end()) return;
    auto begun = std::ranges::find(path_, i);
    if (begun != path_.end()) {
      std::string cycle;
      for (; begun != path_.end(); ++begun) cycle += stages_[*begun].id + " <- ";
      return problems_.add(stages_[i].line, "the stages form a cycle: " + cycle + stages_[i].id);
    }
    path_.push_back(i);
    for (const InputRef& ref : stages_[i].inputs) {
      const auto found = index_.find(ref.stage);
      if (found != index_.end()) place(found->second);
    }
    path_.pop_back();
    order_.push_back(i);
  }

  std::vector<StageSpec>& stages_;
  const std::set<std::string>& broken_;
  Problems& problems_;
  std::map<std::string, std::size_t> index_;
  std::string where_;
  std::size_t line_ = 0;
  bool complete_ = true;
  std::vector<std::size_t> path_;  // stages whose inputs are being placed
  std::vector<std::size_t> order_;
};

}  // namespace

void wire_stages(std::vector<StageSpec>& stages, const std::vector<const Node*>& ins,
                 const std::set<std::string>& broken, Problems& problems) {
  Wiring wiring(stages, broken, problems);
  for (std::size_t i = 0; i < stages.size(); ++i) wiring.wire(stages[i], ins[i]);
  wiring.order();
}

}  // namespace hookflow::pipeline
