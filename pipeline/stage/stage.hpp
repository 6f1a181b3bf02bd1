#pragma once
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/stage/findings.hpp"
#include "pipeline/stage/stored_rows.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/stage/work.hpp"
#include "pipeline/values/array.hpp"
#include "pipeline/values/rows.hpp"

namespace hookflow::pipeline {

/// The base of what the engine carries from stage to stage without knowing what it really is.
struct Carried {
  virtual ~Carried() = default;
};

/// What flows between stages, made once and never changed.
struct Value : Carried {};
using ValuePtr = std::shared_ptr<const Value>;

/// The numbers that a stage has for one prompt: for each of its variables, `count` rows of that variable's
/// own axes, row-major. Behind an expand the rows are the variants [first, first + count); elsewhere there is
/// one.
struct Measures : Value {
  std::size_t first = 0;
  std::size_t count = 1;
  std::vector<Column> columns;
};
inline constexpr const char* kMeasures = "measures";  // the port kind of Measures

/// Numbers that a stage knows before anything runs, such as what each prompt is fed as: [prompt, own axes].
struct KnownArray {
  Variable variable;  // with its own axes only
  NumberCells values;
};

/// What a stage tells the stages behind it while they are planned, such as the sizes of what it gives. The
/// types are the stages' own.
struct Facts : Carried {};

/// What a stage asks of a stage above it, such as to keep a value; its types, too, are the stages' own.
struct Request : Carried {};
using RequestPtr = std::shared_ptr<const Request>;

/// A request to the stage that is wired to a port.
struct PortRequest {
  std::size_t port = 0;
  RequestPtr request;
};

/// A variable that a stage has declared, to write it by.
struct VariableId {
  std::size_t index = 0;  // in Output::variables
};

/// A file that results depend on, beside those that every run has.
struct UsedFile {
  std::string name;  // as the workflow has it
  std::filesystem::path path;
};

/// What is known of a stage's output before any prompt is run.
struct Output {
  /// Declares a variable; what is returned is how it is written later.
  VariableId add(Variable variable) {
    variables.push_back(std::move(variable));
    return {variables.size() - 1};
  }
  /// Says that a variable tells of another one, and what.
  void relate(VariableId of, VariableId other, Relation relation) {
    variables[of.index].ancillary.push_back(variables[other.index].name);
    variables[other.index].relation = relation;
  }
  /// Asks the stage that is wired to a port; what is returned is how its answer is read later.
  template <typename R>
  std::shared_ptr<const R> ask(std::size_t port, R request) {
    auto asked = std::make_shared<const R>(std::move(request));
    requests.push_back({port, asked});
    return asked;
  }

  std::vector<Variable> variables;     // of Measures: each with its own axes only
  std::vector<Axis> expands;           // the axes that variants add
  std::size_t parts = 1;               // that an expanding stage divides its variants into,
  std::size_t variants_a_part = 1;     // which are that many each; the last one has what is left
  std::vector<Batch> batches;          // the source's: every prompt in one; none: consecutive ones
  std::vector<KnownArray> known;       // stored when the file is made
  std::shared_ptr<const Facts> facts;  // for the stages behind it
  std::vector<PortRequest> requests;   // to the stages above it
  std::vector<UsedFile> files;         // whose contents belong to the run's identity
};

/// Work of a stage over the whole run, for the dry run.
struct Cost {
  double passes = 0;        // forward passes
  double flops = 0;         // floating-point operations
  double rows = 0;          // that the passes compute, where they compute the most,
  double whole_rows = 0;    // of those that they have
  double bytes_shared = 0;  // of the subject, all through the run; shared with the other stages
  double bytes = 0;         // that a stage which aggregates takes at a time, once the prompts are done

  Cost& operator+=(const Cost& other) {
    passes += other.passes;
    flops += other.flops;
    rows += other.rows;
    whole_rows += other.whole_rows;
    bytes_shared = std::max(bytes_shared, other.bytes_shared);
    bytes = std::max(bytes, other.bytes);
    return *this;
  }
};

struct PlannedInput {
  std::string stage;                // id of the stage it comes from
  const Output* output = nullptr;   // none: the optional port is not wired
  std::vector<Variable> variables;  // with all axes, as stored; one alone where the input names it
  [[nodiscard]] explicit operator bool() const { return output != nullptr; }
};

/// What a stage is planned from.
struct PlanContext {
  const Prompts& prompts;
  Subject& subject;
  std::vector<PlannedInput> inputs;  // one a declared port, then one for each stage that parameters name
  std::vector<Axis> lane;            // the axes that the expands above add
  std::size_t batch_weight = 1;      // up to which the source puts prompts together, as the workflow says
  std::string stage{};               // id of the one that is planned
  std::shared_ptr<Findings> findings = std::make_shared<Findings>();  // of all stages
  std::span<const Batch> batches{};                                   // that stages behind the source run on
  std::filesystem::path base{};                                       // where relative paths begin

  /// The prompt does not fit the stage's parameter, and cannot be run; without one, it fits no stage.
  void refuse(std::size_t prompt, const std::string& param, const std::string& why) const {
    findings->refuse({prompt, stage, param, why});
  }
  /// Something may not have been meant; of a prompt, or without one of the stage. `kind`: a few words, the
  /// same for all of a kind, by which many are summed up.
  void warn(const std::string& kind, const std::string& text, std::optional<std::size_t> prompt = {}) const {
    findings->warn({stage, prompt ? prompts.id(*prompt) : "", kind, text}, prompt);
  }
  /// What the stage at a port tells. Throws std::bad_cast where it tells something else, or nothing.
  template <typename T>
  [[nodiscard]] std::shared_ptr<const T> facts(std::size_t port) const {
    auto wanted = std::dynamic_pointer_cast<const T>(inputs.at(port).output->facts);
    if (!wanted) throw std::bad_cast();
    return wanted;
  }
};

/// One step of a workflow. Its parameters are members, set before plan(); after that it is const.
class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// Checks parameters and inputs against each other and says what comes out, and what is asked of the stages
  /// above. Called once, inputs first; throws ParamError, or another std::runtime_error, whose message
  /// becomes a line of the list of problems. Single prompts that do not fit are refused by the context.
  virtual Output plan(const PlanContext& context) = 0;
  /// Takes what the stages behind this one ask of it; returns what it asks of those above because of that.
  /// Called once all stages are planned, the last one first. Without an override nothing can be asked.
  virtual std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests);
  /// Called after take_requests(), before prepare().
  [[nodiscard]] virtual Cost cost() const { return {}; }
  /// The last step before a run, which may load large files.
  virtual void prepare() {}
};

/// One prompt's values at a stage's ports.
class Inputs {
 public:
  Inputs(std::size_t index, const Prompts& prompts, std::vector<ValuePtr> values)
      : index_(index), prompts_(&prompts), values_(std::move(values)) {}

  [[nodiscard]] std::size_t index() const { return index_; }      // of the prompt in the run
  [[nodiscard]] Prompt prompt() const { return prompt(index_); }  // parsed anew each time
  /// Another one of the run.
  [[nodiscard]] Prompt prompt(std::size_t index) const { return (*prompts_)[index]; }
  template <typename T>
  [[nodiscard]] const T& get(std::size_t port) const {
    return dynamic_cast<const T&>(*values_.at(port));
  }
  /// The value itself, to be kept for longer than these inputs.
  [[nodiscard]] const ValuePtr& value(std::size_t port) const { return values_.at(port); }
  template <typename T>
  [[nodiscard]] const T* find(std::size_t port) const {
    return port < values_.size() ? dynamic_cast<const T*>(values_[port].get()) : nullptr;
  }

 private:
  std::size_t index_;
  const Prompts* prompts_;
  std::vector<ValuePtr> values_;
};

/// A prompt's value, or why there is none.
struct Outcome {
  ValuePtr value;
  std::string failure;
};

/// Whether what a stage threw fails its prompts: a PromptFailure, or what the subject throws for a prompt
/// that it cannot take. Anything else (no memory, a bug of ours) ends the run as what it is.
bool fails_prompt(const std::exception& error);

/// A stage that runs on a batch of prompts and, behind an expand, on some of their variants at a time.
class FlowStage : public Stage {
 public:
  /// One outcome for each of `prompts`.
  [[nodiscard]] virtual std::vector<Outcome> run_batch(std::span<const Inputs> prompts,
                                                       VariantRange variants) const = 0;
  /// Of a stage that expands: how many parts of a batch's variants are computed together, chunk after chunk
  /// until all are; empty: one each. It decides which rows share a product, so it depends on the workflow
  /// alone. Called after take_requests(), while the run goes on too, from any thread; so are the next two.
  [[nodiscard]] virtual std::vector<std::size_t> chunks(const Batch& /*batch*/) const { return {}; }
  /// What it takes for each of some ranges of a batch's variants, beside the numbers that it measures, of
  /// which the engine knows.
  [[nodiscard]] virtual std::vector<Bytes> bytes(const Batch& /*batch*/,
                                                 std::span<const VariantRange> ranges) const {
    return std::vector<Bytes>(ranges.size());
  }
  /// Floating-point operations of some work, by which a run is cut into shares; 0: not worth counting.
  [[nodiscard]] virtual double flops(const Work& /*work*/) const { return 0; }
  /// Makes of the results at a port that is declared aggregated() what every prompt then has there. Called
  /// once the stage that gives them is done, before the first prompt. `variables`: those of the port, as
  /// PlannedInput has them. What it throws ends the run; see read_all() for results without a value.
  [[nodiscard]] virtual ValuePtr read_results(std::size_t port,
                                              std::span<const std::unique_ptr<StoredRows>> variables) const;
};

/// A stage that takes one prompt at a time: a failure is of that prompt alone.
class PromptStage : public FlowStage {
 public:
  [[nodiscard]] virtual ValuePtr run(const Inputs& inputs) const = 0;
  [[nodiscard]] std::vector<Outcome> run_batch(std::span<const Inputs> prompts,
                                               VariantRange variants) const final;
};

/// A stage that takes the prompts of a batch together: a failure is of them all.
class BatchStage : public FlowStage {
 public:
  [[nodiscard]] virtual std::vector<ValuePtr> run(std::span<const Inputs> prompts,
                                                  VariantRange variants) const = 0;
  [[nodiscard]] std::vector<Outcome> run_batch(std::span<const Inputs> prompts,
                                               VariantRange variants) const final;
};

/// Where a fold leaves its variables.
class FoldSink {
 public:
  virtual ~FoldSink() = default;
  /// Rows along the variable's first axis; a variable without axes has one row.
  virtual void write(VariableId variable, std::size_t first_row, const Column& values) = 0;
};

/// A stage that runs once, when all prompts are done whose results it reads, over what is stored. Its
/// Output's variables give all their axes.
class FoldStage : public Stage {
 public:
  /// `inputs`: for each declared port, its variables.
  virtual void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs,
                    FoldSink& sink) const = 0;
};

}  // namespace hookflow::pipeline
