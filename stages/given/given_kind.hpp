#pragma once
#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/edits/row_source.hpp"
#include "model/rows/sequence.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// The port of stages that edit at which what is found over all prompts comes.
inline constexpr std::size_t kValuesPort = 1;

inline constexpr std::size_t kNoPrompt = std::numeric_limits<std::size_t>::max();

/// Rows of a variable that edits take, counted row-major along its axes but the one along a row.
struct ValuesNeeded {
  std::size_t axis_of_row = 0;
  std::set<std::size_t> rows{};

  void add(const ValuesNeeded& more) {
    axis_of_row = more.axis_of_row;
    rows.insert(more.rows.begin(), more.rows.end());
  }
};

/// What edits that take rows from outside of a pass are planned from.
struct GivenPlan {
  const pipeline::PlanContext& context;
  pipeline::Output& output;                      // what is asked of other stages
  const PassFacts& base;                         // the pass that is edited
  std::string param;                             // of the stage, where they are written
  std::vector<const Intervention*> edits;        // of all replacements that are planned together
  std::map<std::string, ValuesNeeded>& results;  // that they take at kValuesPort, by variable

  /// The port that a stage is wired to, which a replacement names.
  [[nodiscard]] std::size_t port_of(const std::string& stage) const;
  /// The port at which the pass comes that is edited; none: it is not run before its edits are made.
  [[nodiscard]] std::optional<std::size_t> port_of_base() const;
};

/// Where the rows of replacements come from that were planned together, for every prompt of a run.
class GivenRows {
 public:
  GivenRows() = default;
  GivenRows(const GivenRows&) = delete;
  GivenRows& operator=(const GivenRows&) = delete;
  virtual ~GivenRows() = default;

  /// Sets those of one prompt, which is edited as it is fed, that are wanted: by Intervention::source. They
  /// borrow from the inputs. Throws pipeline::PromptFailure where there are none.
  virtual void set(const pipeline::Inputs& inputs, const FedPrompt& edited,
                   std::span<const std::size_t> wanted, RowSources& sources) const = 0;
  /// Work for them, of all prompts once.
  [[nodiscard]] virtual pipeline::Cost cost() const { return {}; }
  /// What those of one prompt that are wanted take, beside what passes keep for them.
  [[nodiscard]] virtual pipeline::Bytes bytes(std::size_t /*prompt*/, const FedPrompt& /*edited*/,
                                              std::span<const std::size_t> /*wanted*/) const {
    return {};
  }
  /// Where they are taken of another prompt: of which, by prompt, kNoPrompt for one that is not run. Empty:
  /// of none.
  [[nodiscard]] virtual std::span<const std::size_t> other_prompts() const { return {}; }
  /// Where they can differ from what the pass that is edited has there itself; none: anywhere.
  [[nodiscard]] virtual std::optional<Positions> differs() const { return {}; }
  /// Whether it is the same row at every position, and so at that of a token behind the prompt, too.
  [[nodiscard]] virtual bool is_everywhere() const { return false; }
};

/// Of a replacement that is planned by itself.
class RowsOfOne : public GivenRows {
 public:
  /// As set() does.
  [[nodiscard]] virtual std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                            const FedPrompt& edited) const = 0;
  void set(const pipeline::Inputs& inputs, const FedPrompt& edited, std::span<const std::size_t> wanted,
           RowSources& sources) const final {
    sources.at(wanted.front()) = of(inputs, edited);
  }
};

/// Beside a kind of edit that takes rows from outside: where from.
class GivenKind {
 public:
  GivenKind() = default;
  GivenKind(const GivenKind&) = delete;
  GivenKind& operator=(const GivenKind&) = delete;
  virtual ~GivenKind() = default;

  /// The passes that it names, by their stages.
  [[nodiscard]] virtual std::vector<std::string> passes() const { return {}; }
  /// Whether it is planned together with another replacement, and its rows come from the same GivenRows.
  [[nodiscard]] virtual bool is_planned_with(const GivenKind& /*other*/) const { return false; }
  /// Asks for what the edits take. Refuses prompts for which they cannot; throws pipeline::ParamError.
  [[nodiscard]] virtual std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const = 0;
};

}  // namespace hookflow::stages
