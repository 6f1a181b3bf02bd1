#include <cmath>

#include "pipeline/stage/registry.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/paired_fold.hpp"
#include "stages/aggregate/prompt_groups.hpp"
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

/// By one method, of each cell that is kept.
struct CellCorrelations {
  std::vector<Correlation> correlations;
  std::vector<std::int64_t> counts;
};

/// Correlations over named axes, one for each cell of the others.
class AggregateCorrelation : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> by;
  std::vector<std::string> methods = {"pearson"};

  Output plan(const PlanContext& context) override {
    const PlannedInput& a = context.inputs[0];
    const PlannedInput& b = context.inputs[1];
    folding_ = plan_folding(over, by, context);
    Output output;
    for (const VariablePair& pair : pair_variables(a, b, over)) {
      const Variable& variable = a.variables[pair.a];
      const Variable& partner = b.variables[pair.b];
      if (partner.units == kTokenId)
        throw ParamError("in", "'" + partner.name + "' of b holds token ids, not numbers");
      check_several_steps(variable, over);
      check_new_axis(variable, folding_, "coefficient");
      check_aligned(variable, partner, over, FoldedAxes::equal);
      check_row_order(variable, partner);
      correlated_.push_back(declare(pair, variable, partner, output));
    }
    return output;
  }

  /// Memory: three numbers for each cell that is kept and each method, and more for ranks; see ranked().
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    for (const Correlated& correlated : correlated_) {
      std::vector<CellCorrelations> found;
      for (const std::string& method : methods) {
        const StoredRows& a = *inputs[0].at(correlated.inputs.a);
        const StoredRows& b = *inputs[1].at(correlated.inputs.b);
        found.push_back(method == "pearson" ? moments(a, b) : ranked(a, b));
      }
      write(found, correlated, sink);
    }
  }

 private:
  /// A pair of variables, and where what is found of it is written.
  struct Correlated {
    VariablePair inputs;
    VariableId r, p, count, note;
  };

  [[nodiscard]] Correlated declare(const VariablePair& inputs, const Variable& a, const Variable& b,
                                   Output& output) const {
    const std::string name = a.name == b.name ? a.name : a.name + "_" + b.name;
    const std::string of = " of " + a.long_name + " with " + b.long_name;
    const std::vector<Axis> kept = folding_.kept(a);
    std::vector<Axis> axes = kept;
    axes.push_back({"coefficient", methods, "kind of correlation coefficient", ""});
    Correlated correlated;
    correlated.inputs = inputs;
    correlated.r = output.add({name + "_r", Dtype::float64, axes, "1", "correlation" + of, true});
    correlated.p =
        output.add({name + "_p", Dtype::float64, axes, "1", "two-sided p-value of the correlation" + of});
    correlated.count = output.add({name + "_count", Dtype::int64, kept, "1", "number of pairs" + of});
    correlated.note = output.add(
        {name + "_note", Dtype::int64, axes, "1", std::string(kCorrelationNotes) + "; correlation" + of});
    output.relate(correlated.r, correlated.p, Relation::p_value);
    for (const VariableId of_it : {correlated.count, correlated.note})
      output.relate(correlated.r, of_it, Relation::detail);
    return correlated;
  }

  [[nodiscard]] CellCorrelations moments(const StoredRows& a, const StoredRows& b) const {
    CellCorrelations found;
    fold_pairs<PairMoments>(a, b, folding_, [&](std::size_t /*row*/, const std::vector<PairMoments>& cells) {
      for (const PairMoments& cell : cells) {
        found.correlations.push_back(pearson(cell));
        found.counts.push_back(cell.a.count);
      }
    });
    return found;
  }

  /// Ranks need all pairs of a cell at once. Holds 2^22 pairs (64 MiB) or those of one kept cell, whichever
  /// is more; where the first axis is folded away, reads again for every so many pairs.
  [[nodiscard]] CellCorrelations ranked(const StoredRows& a, const StoredRows& b) const {
    constexpr std::size_t kPairs = std::size_t{1} << 22;
    const std::vector<Axis>& axes = a.variable().axes;
    const std::size_t cells = folding_.cells(axes);
    const std::size_t at_once = folding_.folds(axes.front().name)
                                    ? std::max<std::size_t>(1, kPairs / folding_.most_to_one(axes))
                                    : cells;
    CellCorrelations found;
    for (std::size_t first = 0; first < cells; first += at_once) {
      fold_pairs<Pairs>(a, b, folding_,
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

  static void write(const std::vector<CellCorrelations>& by_method, const Correlated& correlated,
                    FoldSink& sink) {
    std::vector<double> r;
    std::vector<double> p;
    std::vector<std::int64_t> notes;
    for (std::size_t cell = 0; cell < by_method.front().counts.size(); ++cell) {
      for (const CellCorrelations& found : by_method) {
        r.push_back(found.correlations[cell].r);
        p.push_back(found.correlations[cell].p);
        notes.push_back(found.correlations[cell].note);
      }
    }
    sink.write(correlated.r, 0, r);
    sink.write(correlated.p, 0, p);
    sink.write(correlated.count, 0, by_method.front().counts);
    sink.write(correlated.note, 0, notes);
  }

  Folding folding_;
  std::vector<Correlated> correlated_;
};

const bool kAggregateCorrelation = register_stage(
    Declaration<AggregateCorrelation>(
        "aggregate.correlation",
        "Correlations between two inputs over the axes `over`, one for each combination of labels of the "
        "other axes; pairs with a missing value and failed prompts are left out")
        .input("a", kMeasures, "one side: every variable that has the axes `over`, except token ids")
        .input("b", kMeasures,
               "the other side: the variables of the same names, or a single variable on each side; repeated "
               "along the axes that only a has")
        .output(kMeasures,
                "<variable>_r, _p, _note with the remaining axes and coefficient, and _count; named "
                "<a>_<b>_r where "
                "the names differ")
        .summary("*_r", "{each coefficient: {range}}")
        .such_as("over: head", "[measures.log_prob, measures.prob]")
        .required("over", &AggregateCorrelation::over, "Axes whose pairs make one sample", distinct())
        .param("by", &AggregateCorrelation::by, kByDoc, each_once())
        .param("methods", &AggregateCorrelation::methods,
               "Kinds of correlation, the labels of the axis coefficient",
               each_choice({{"pearson", "correlation of the values: how close they are to a line"},
                            {"spearman",
                             "Pearson's correlation of the ranks; equal values share their mean rank"}})));

}  // namespace
}  // namespace hookflow::stages
