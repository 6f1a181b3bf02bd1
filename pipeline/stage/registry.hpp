#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {

/// An input of a stage: what kind of value it takes.
struct PortDecl {
  std::string name;
  std::string kind;
  std::string doc;
  bool optional = false;
  bool aggregated = false;  // of a stage that runs on prompts: it takes results over all prompts
};
/// What a port takes, in words.
inline std::string taken_by(const PortDecl& port) {
  return port.kind + (port.aggregated ? " over all prompts" : "");
}

struct ParamDecl {
  std::string name;
  std::string doc;
  std::function<std::vector<std::string>()> listed;  // values that the doc goes on to list; empty: none
  std::string rule;                                  // completes "must be ..."; empty: the type says it all
  std::vector<Choice> choices;                       // words that it may hold, explained; empty: see the rule
  bool required = false;
  std::string default_value;                      // as JSON; empty when required
  std::function<void(Stage&, const Node&)> read;  // throws ParamError
  std::function<Node(const Stage&)> write;
  std::function<Node()> schema;  // of its values; asked for when it is told, as `listed` is
};

/// A sentence that sums up a result, for who reads no table: `text` follows the variable's meaning, and what
/// stands in braces is filled in from its values (pipeline/report/answer/sentence.hpp lists what may stand
/// there).
struct SummaryDecl {
  std::string variable;  // its name; "*_mean": every one that ends so
  std::string text;
};

/// Stages that a stage's parameters name, each of which is one more input behind those of its ports.
struct NamedInputsDecl {
  std::string kind;                                              // of the value that each must give
  std::function<std::vector<std::string>(const Stage&)> stages;  // none: it names no others
};

/// Everything that is said of a stage, once: the workflow reader, validate, describe, the plan, the run file
/// and the report all read it from here.
struct StageDecl {
  std::string name;
  std::string doc;
  std::vector<PortDecl> inputs;
  NamedInputsDecl named_inputs;
  bool aggregates = false;  // runs over all prompts
  std::string output;       // the kind of value that comes out
  std::string output_doc;   // ... and its meaning
  std::vector<ParamDecl> params;
  std::vector<SummaryDecl> summaries;  // most telling first
  std::string example;                 // the parameters of an example
  std::string example_inputs;          // what it reads; empty: stages called as the kinds of the ports
  std::function<std::unique_ptr<Stage>()> make;
};

/// Declares stage type S; hand it to register_stage.
template <typename S>
class Declaration {
 public:
  Declaration(std::string name, std::string doc) {
    decl_.name = std::move(name);
    decl_.doc = std::move(doc);
    decl_.aggregates = std::is_base_of_v<FoldStage, S>;
    decl_.make = [] { return std::make_unique<S>(); };
  }
  Declaration& input(std::string name, std::string kind, std::string doc) {
    decl_.inputs.push_back({std::move(name), std::move(kind), std::move(doc), false});
    return *this;
  }
  Declaration& optional_input(std::string name, std::string kind, std::string doc) {
    decl_.inputs.push_back({std::move(name), std::move(kind), std::move(doc), true});
    return *this;
  }
  /// Parameters name stages that it reads, too: `stages` says which, each once.
  Declaration& reads(std::string kind, std::vector<std::string> (S::*stages)() const) {
    decl_.named_inputs = {std::move(kind),
                          [stages](const Stage& stage) { return (dynamic_cast<const S&>(stage).*stages)(); }};
    return *this;
  }
  /// The last input takes what an aggregating stage gives over all prompts: FlowStage::read_results reads it.
  Declaration& aggregated() {
    decl_.inputs.back().aggregated = true;
    return *this;
  }
  Declaration& output(std::string kind, std::string doc) {
    decl_.output = std::move(kind);
    decl_.output_doc = std::move(doc);
    return *this;
  }
  /// How a report sums up what the stage has stored: of each variable the first that names it, and of a stage
  /// the first few.
  Declaration& summary(std::string variable, std::string text) {
    decl_.summaries.push_back({std::move(variable), std::move(text)});
    return *this;
  }
  /// A parameter whose default is what the member is initialised with.
  template <Param T>
  Declaration& param(std::string name, T S::*member, std::string doc,
                     Rule<std::type_identity_t<T>> rule = {}) {
    add(std::move(name), member, std::move(doc), std::move(rule));
    decl_.params.back().default_value = to_json(decl_.params.back().write(S{}));
    return *this;
  }
  /// A parameter that a workflow must give.
  template <Param T>
  Declaration& required(std::string name, T S::*member, std::string doc,
                        Rule<std::type_identity_t<T>> rule = {}) {
    add(std::move(name), member, std::move(doc), std::move(rule));
    decl_.params.back().required = true;
    return *this;
  }
  /// Values that the last parameter's doc goes on to list: asked for when it is shown, since other files may
  /// register them.
  Declaration& listing(std::function<std::vector<std::string>()> values) {
    decl_.params.back().listed = std::move(values);
    return *this;
  }
  /// What an example must have, as in a workflow: its parameters, and its `in` where that is not a stage for
  /// each port. It stands in the workflow of SubjectType::examples.
  Declaration& such_as(std::string params, std::string inputs = "") {
    decl_.example = std::move(params);
    decl_.example_inputs = std::move(inputs);
    return *this;
  }
  // NOLINTNEXTLINE(google-explicit-constructor): the builder's only use.
  operator StageDecl() const { return decl_; }

 private:
  template <Param T>
  void add(std::string name, T S::*member, std::string doc, Rule<T> rule) {
    ParamDecl param;
    param.name = std::move(name);
    param.doc = std::move(doc);
    param.rule = rule.text;
    param.choices = rule.choices;
    param.read = [member, rule](Stage& stage, const Node& node) {
      T& value = dynamic_cast<S&>(stage).*member;
      read_param(node, value);
      if (!rule.problem) return;
      if (const auto problem = rule.problem(value))
        throw ParamError(*problem + "; must be " + rule.text, node.line);
    };
    param.schema = [own = rule.schema] {
      return own.kind == Node::Kind::null ? param_schema(std::type_identity<T>{}) : own;
    };
    param.write = [member](const Stage& stage) { return write_param(dynamic_cast<const S&>(stage).*member); };
    decl_.params.push_back(std::move(param));
  }
  StageDecl decl_;
};

/// Adds a stage to those that workflows can name; false, and names_taken() has it, if another has that name.
/// Nothing is thrown: stages register before main() and while a library is loaded, where nobody could catch
/// it.
bool register_stage(StageDecl declaration);
/// The names that more than one stage was registered by.
const std::vector<std::string>& names_taken();
/// All of them, by name.
std::vector<const StageDecl*> registered_stages();
/// The stage of that name, or nullptr.
const StageDecl* find_stage(const std::string& name);

}  // namespace hookflow::pipeline
