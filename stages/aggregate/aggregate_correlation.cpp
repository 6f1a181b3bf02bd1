#include <cmath>

#include "pipeline/stage/registry.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/paired_fold.hpp"
#include "stages/statistics/correlation.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// All pairs of one kept cell: ranks need them together.
struct Pairs {
  std::vector<double> a;
  std::vector<double> b;
  void add(double value, double partner) {
    a.push_back(value);
    b.push_back(partner);
  }
};

/// What was found for the kept cells, in their order.
struct Found {
  std::vector<Correlation> correlations;
  std::vector<std::int64_t> counts;
};

/// Correlations over named axes, one for each cell of the others.
class AggregateCorrelation : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> methods = {"pearson"};

  Output plan(const PlanContext& context) override {
    const PlannedInput& a = context.inputs[0];
    const PlannedInput& b = context.inputs[1];
    pairs_ = pair_variables(a, b, over);
    Output output;
    for (const VariablePair& pair : pairs_) {
      const Variable& variable = a.variables[pair.a];
      const Variable& partner = b.variables[pair.b];
      if (partner.units == kTokenId)
        throw ParamError("in: '" + partner.name + "' of b holds token ids, not numbers", 0);
      check_several_steps(variable, over);
      check_new_axis(variable, over, "method");
      check_aligned(variable, partner, over, FoldedAxes::equal);
      check_row_order(variable, partner);
      declare(variable, partner, output.variables);
    }
    return output;
  }

  /// Memory: three numbers a kept cell and method, and what a fold of pairs needs; Spearman's see ranked().
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    std::size_t next = 0;
    for (const VariablePair& pair : pairs_) {
      std::vector<Found> found;
      for (const std::string& method : methods) {
        const StoredRows& a = *inputs[0].at(pair.a);
        const StoredRows& b = *inputs[1].at(pair.b);
        found.push_back(method == "pearson" ? moments(a, b) : ranked(a, b));
      }
      write(found, next, sink);
      next += 4;
    }
  }

 private:
  void declare(const Variable& a, const Variable& b, std::vector<Variable>& variables) const {
    const std::string name = a.name == b.name ? a.name : a.name + "_" + b.name;
    const std::string of = " of " + a.long_name + " with " + b.long_name;
    const std::vector<Axis> kept = axes_without(a, over);
    std::vector<Axis> axes = kept;
    axes.push_back({"method", methods, "kind of correlation", ""});
    variables.push_back({name + "_r", Dtype::float64, axes, "1", "correlation" + of});
    variables.push_back(
        {name + "_p", Dtype::float64, axes, "1", "two-sided p-value of the correlation" + of});
    variables.push_back({name + "_count", Dtype::int64, kept, "1", "number of pairs" + of});
    variables.push_back(
        {name + "_note", Dtype::int64, axes, "1", std::string(kCorrelationNotes) + "; correlation" + of});
  }

  [[nodiscard]] Found moments(const StoredRows& a, const StoredRows& b) const {
    Found found;
    fold_pairs<PairMoments>(a, b, over, [&](std::size_t /*row*/, const std::vector<PairMoments>& cells) {
      for (const PairMoments& cell : cells) {
        found.correlations.push_back(pearson(cell));
        found.counts.push_back(cell.a.count);
      }
    });
    return found;
  }

  /// Ranks need all pairs of a cell at once. Holds 2^22 pairs (64 MiB) or those of one kept cell, whichever
  /// is more; where the first axis is folded away, reads again for every so many pairs.
  [[nodiscard]] Found ranked(const StoredRows& a, const StoredRows& b) const {
    constexpr std::size_t kPairs = std::size_t{1} << 22;
    const std::vector<Axis>& axes = a.variable().axes;
    const std::size_t cells = cell_count(axes_without(a.variable(), over));
    const bool keeps_first = std::find(over.begin(), over.end(), axes.front().name) == over.end();
    const std::size_t at_once =
        keeps_first ? cells : std::max<std::size_t>(1, kPairs / (cell_count(axes) / cells));
    Found found;
    for (std::size_t first = 0; first < cells; first += at_once) {
      fold_pairs<Pairs>(a, b, over,
                        [&](std::size_t /*row*/, const std::vector<Pairs>& held) {
                          for (const Pairs& cell : held) {
                            found.correlations.push_back(spearman(cell.a, cell.b));
                            found.counts.push_back(static_cast<std::int64_t>(cell.a.size()));
                          }
                        },
                        {first, at_once});
    }
    return found;
  }

  static void write(const std::vector<Found>& methods, std::size_t variable, FoldSink& sink) {
    std::vector<double> r;
    std::vector<double> p;
    std::vector<std::int64_t> notes;
    for (std::size_t cell = 0; cell < methods.front().counts.size(); ++cell) {
      for (const Found& found : methods) {
        r.push_back(found.correlations[cell].r);
        p.push_back(found.correlations[cell].p);
        notes.push_back(found.correlations[cell].note);
      }
    }
    sink.write(variable, 0, r);
    sink.write(variable + 1, 0, p);
    sink.write(variable + 2, 0, methods.front().counts);
    sink.write(variable + 3, 0, notes);
  }

  std::vector<VariablePair> pairs_;
};

const bool kAggregateCorrelation = register_stage(
    Declaration<AggregateCorrelation>("aggregate.correlation",
                                      "Correlations of two inputs over named axes, one for each cell of the "
                                      "others; pairs of which one has no "
                                      "value and failed prompts are left out")
        .input("a", kMeasures, "one side: every variable that has the axes, token ids excepted")
        .input(
            "b", kMeasures,
            "the other side: the variables of the same names, or one variable with one; repeated along the "
            "kept axes that it lacks")
        .output(
            kMeasures,
            "<variable>_r, _p, _note with the remaining axes and method, and _count; named <a>_<b>_r where "
            "the names differ")
        .required("over", &AggregateCorrelation::over, "Axes along which the pairs are one sample",
                  distinct())
        .param(
            "methods", &AggregateCorrelation::methods,
            "pearson, or spearman: of ranks, equal values sharing the mean; each a step of the axis method",
            each_of({"pearson", "spearman"})));

}  // namespace
}  // namespace hookflow::stages
