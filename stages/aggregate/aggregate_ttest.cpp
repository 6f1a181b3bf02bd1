#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "pipeline/stage/registry.hpp"
#include "pipeline/text/nearest.hpp"
#include "stages/aggregate/axis_fold.hpp"
#include "stages/aggregate/fold_inputs.hpp"
#include "stages/aggregate/paired_fold.hpp"
#include "stages/aggregate/prompt_groups.hpp"
#include "stages/statistics/p_corrections.hpp"
#include "stages/statistics/t_test.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The differences of pairs. In double, so that pairs that are equally far apart in the file's numbers are
/// equally far apart here.
struct Differences : Welford {
  void add(double a, double b) { Welford::add(static_cast<long double>(a - b)); }
};

/// Student's and Welch's t-tests over named axes, one for each cell of the others.
class AggregateTTest : public FoldStage {
 public:
  std::vector<std::string> over;
  std::vector<std::string> by;
  std::string kind = "one_sample";
  double mean = 0;
  double confidence = 0.95;
  std::vector<std::string> corrections = {"none"};
  std::vector<std::string> across;
  double alpha = 0.05;

  Output plan(const PlanContext& context) override {
    const PlannedInput& a = context.inputs[0];
    const PlannedInput& b = context.inputs[1];
    check_parameters(static_cast<bool>(b));
    folding_ = plan_folding(over, by, context);
    std::vector<VariablePair> pairs;
    if (b) {
      pairs = pair_variables(a, b, over);
    } else {
      for (const std::size_t i : variables_over(a, over)) pairs.push_back({i, 0});
    }
    Output output;
    for (const VariablePair& pair : pairs) {
      const Variable& variable = a.variables[pair.a];
      check_several_steps(variable, over);
      check_new_axis(variable, folding_, "correction");
      check_across(variable);
      if (b) check_partner(variable, b.variables[pair.b]);
      tested_.push_back(declare(pair, variable, output));
    }
    return output;
  }

  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    for (const Tested& tested : tested_) {
      const StoredRows& a = *inputs[0].at(tested.inputs.a);
      Results results{sink, tested, {}};
      if (kind == "independent") {
        test_independent(a, *inputs[1].at(tested.inputs.b), results);
      } else if (kind == "paired") {
        fold_pairs<Differences>(
            a, *inputs[1].at(tested.inputs.b), folding_,
            [&](std::size_t row, const auto& cells) { write_one_sample(row, cells, results); });
      } else {
        fold_axes<Welford>(
            a, folding_, [&](std::size_t row, const auto& cells) { write_one_sample(row, cells, results); });
      }
      write_corrections(folding_.kept(a.variable()), results);
    }
  }

 private:
  struct Number {
    const char* suffix;
    const char* meaning;
    bool has_units;     // those of the variable
    Relation relation;  // of the mean difference
    double TTest::*value;
  };
  static constexpr std::array<Number, 7> kNumbers = {{
      {"_t", "t statistic", false, Relation::detail, &TTest::t},
      {"_df", "degrees of freedom of the t-test", false, Relation::detail, &TTest::df},
      {"_p", "two-sided p-value, not corrected", false, Relation::p_value, &TTest::p},
      {"_mean_difference", "mean difference", true, Relation::itself, &TTest::mean_difference},
      {"_ci_low", "lower confidence limit of the mean difference", true, Relation::lower, &TTest::ci_low},
      {"_ci_high", "upper confidence limit of the mean difference", true, Relation::upper, &TTest::ci_high},
      {"_cohens_d", "Cohen's d", false, Relation::detail, &TTest::cohens_d},
  }};

  /// A variable, or a pair of them, and where what is found of it is written.
  struct Tested {
    VariablePair inputs;  // b is unused for one_sample
    std::array<VariableId, kNumbers.size()> numbers;
    VariableId count, count_b, note, p_adjusted, significant;  // count_b: of independent
  };

  /// Where one variable's results go, and its p-values, one for each test, kept for the corrections.
  struct Results {
    FoldSink& sink;
    const Tested& to;
    std::vector<double> p;
  };

  void check_parameters(bool has_b) const {
    if (kind == "one_sample" && has_b)
      throw ParamError(
          "kind",
          "one_sample compares a with the number `mean`, but the input b is given; must be paired or "
          "independent to compare a with b");
    if (kind != "one_sample" && !has_b)
      throw ParamError("in", "the input 'b' is missing: kind " + kind + " compares a with it");
    if (kind != "one_sample" && mean != 0)
      throw ParamError("mean", "is used by kind one_sample only; must be 0 for kind " + kind);
    for (const std::string& correction : corrections) {
      if (correction != "none" && across.empty())
        throw ParamError(
            "across",
            "the family of tests that " + correction +
                " corrects for is missing; must name the axes of the tests that are corrected together");
    }
  }

  void check_across(const Variable& variable) const {
    std::vector<std::string> kept;
    for (const Axis& axis : folding_.kept(variable)) kept.push_back(axis.name);
    std::string all;
    for (const std::string& name : kept) all += (all.empty() ? "" : ", ") + name;
    for (const std::string& name : across) {
      if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
      const bool folded = std::find(over.begin(), over.end(), name) != over.end();
      throw ParamError("across",
                       "'" + name + "' " +
                           (folded ? "is in `over`, so there is only one test along it"
                                   : "is not an axis of '" + variable.name + "'" + suggestion(name, kept)) +
                           "; must be among the remaining axes" + (all.empty() ? ": none" : ": " + all));
    }
  }

  void check_partner(const Variable& a, const Variable& b) const {
    if (b.units == kTokenId) throw ParamError("in", "'" + b.name + "' of b holds token ids, not numbers");
    check_aligned(a, b, over, kind == "paired" ? FoldedAxes::equal : FoldedAxes::any);
    if (kind == "paired") check_row_order(a, b);
    check_several_steps(b, over);
  }

  [[nodiscard]] Tested declare(const VariablePair& inputs, const Variable& variable, Output& output) const {
    std::vector<Axis> axes = folding_.kept(variable);
    const std::string of = ": " + kind + " t-test of " + variable.long_name;
    const auto add = [&](const std::string& suffix, Dtype dtype, const std::string& units,
                         const std::string& meaning) {
      return output.add({variable.name + suffix, dtype, axes, units, meaning});
    };
    Tested tested;
    tested.inputs = inputs;
    for (std::size_t n = 0; n < kNumbers.size(); ++n) {
      const Number& number = kNumbers[n];
      tested.numbers[n] =
          add(number.suffix, Dtype::float64, number.has_units ? variable.units : "1", number.meaning + of);
    }
    tested.count =
        add("_count", Dtype::int64, "1", (kind == "paired" ? "number of pairs" : "number of values") + of);
    if (kind == "independent")
      tested.count_b = add("_count_b", Dtype::int64, "1", "number of values of b" + of);
    tested.note = add("_note", Dtype::int64, "1", std::string(kTTestNotes) + of);
    axes.push_back({"correction", corrections, "correction for multiple tests", ""});
    std::string family;
    for (const std::string& name : across) family += (family.empty() ? " across " : ", ") + name;
    tested.p_adjusted = add("_p_adjusted", Dtype::float64, "1", "two-sided p-value, corrected" + family + of);
    tested.significant = add("_significant", Dtype::int64, "1",
                             "1 where p is at most " + pipeline::write_param(alpha).text + ", else 0" + of);
    relate(tested, output);
    return tested;
  }

  /// All else that is found of a variable tells of its mean difference.
  void relate(const Tested& tested, Output& output) const {
    const auto is_itself = [](const Number& number) { return number.relation == Relation::itself; };
    const auto itself =
        static_cast<std::size_t>(std::ranges::find_if(kNumbers, is_itself) - kNumbers.begin());
    const VariableId difference = tested.numbers[itself];
    output.variables[difference.index].zero_is_neutral = true;
    for (std::size_t n = 0; n < kNumbers.size(); ++n)
      if (n != itself) output.relate(difference, tested.numbers[n], kNumbers[n].relation);
    output.relate(difference, tested.count, Relation::detail);
    if (kind == "independent") output.relate(difference, tested.count_b, Relation::detail);
    output.relate(difference, tested.note, Relation::detail);
    output.relate(difference, tested.p_adjusted, Relation::p_value);
    output.relate(difference, tested.significant, Relation::significant);
  }

  void write(std::size_t first_row, const std::vector<TTest>& tests, Results& results) const {
    std::vector<double> values(tests.size());
    for (std::size_t n = 0; n < kNumbers.size(); ++n) {
      std::transform(tests.begin(), tests.end(), values.begin(),
                     [&](const TTest& test) { return test.*kNumbers[n].value; });
      results.sink.write(results.to.numbers[n], first_row, values);
    }
    std::vector<std::int64_t> notes;
    for (const TTest& test : tests) {
      notes.push_back(test.note);
      results.p.push_back(test.p);
    }
    results.sink.write(results.to.note, first_row, notes);
  }

  template <typename Cells>
  static void write_counts(VariableId variable, std::size_t first_row, const Cells& cells, FoldSink& sink) {
    std::vector<std::int64_t> counts;
    for (const Welford& cell : cells) counts.push_back(cell.count);
    sink.write(variable, first_row, counts);
  }

  template <typename Cells>
  void write_one_sample(std::size_t first_row, const Cells& cells, Results& results) const {
    std::vector<TTest> tests;
    for (const Welford& cell : cells) tests.push_back(one_sample_t_test(cell, mean, confidence));
    write(first_row, tests, results);
    write_counts(results.to.count, first_row, cells, results.sink);
  }

  /// The moments of all cells of b stay in memory, as those of a may come in another order.
  void test_independent(const StoredRows& a, const StoredRows& b, Results& results) const {
    std::vector<Welford> others;
    fold_axes<Welford>(b, folding_, [&](std::size_t /*row*/, const std::vector<Welford>& cells) {
      others.insert(others.end(), cells.begin(), cells.end());
    });
    const std::vector<std::size_t> partner =
        aligned_cells(folding_.kept(a.variable()), folding_.kept(b.variable()));
    fold_axes<Welford>(a, folding_, [&](std::size_t first_row, const std::vector<Welford>& cells) {
      std::vector<TTest> tests;
      std::vector<Welford> partners;
      const std::size_t first_cell = results.p.size();
      for (std::size_t i = 0; i < cells.size(); ++i) {
        partners.push_back(others[partner[first_cell + i]]);
        tests.push_back(welch_t_test(cells[i], partners.back(), confidence));
      }
      write(first_row, tests, results);
      write_counts(results.to.count, first_row, cells, results.sink);
      write_counts(results.to.count_b, first_row, partners, results.sink);
    });
  }

  /// Tests that differ in nothing but the axes `across` are a family.
  void write_corrections(const std::vector<Axis>& kept, const Results& results) const {
    const std::vector<double> adjusted =
        adjust_families(results.p, Folding(across).targets(kept), corrections);
    std::vector<std::int64_t> significant;
    for (const double p : adjusted) significant.push_back(p <= alpha ? 1 : 0);
    results.sink.write(results.to.p_adjusted, 0, adjusted);
    results.sink.write(results.to.significant, 0, significant);
  }

  Folding folding_;
  std::vector<Tested> tested_;
};

Rule<double> between_0_and_1() {
  Node inside = schema::of_type("number");
  inside["exclusiveMinimum"] = pipeline::write_param(std::int64_t{0});
  inside["exclusiveMaximum"] = pipeline::write_param(std::int64_t{1});
  return {"between 0 and 1",
          [](double value) {
            return value > 0 && value < 1
                       ? std::nullopt
                       : std::optional(pipeline::write_param(value).text + " is out of range");
          },
          inside};
}

const bool kAggregateTTest = register_stage(
    Declaration<AggregateTTest>("aggregate.ttest",
                                "t-tests over the axes `over`, one for each combination of labels of the "
                                "other axes, with confidence intervals, effect sizes and corrections for "
                                "multiple tests; missing values and failed prompts are left out")
        .input("a", kMeasures, "what is tested: every variable that has the axes `over`, except token ids")
        .optional_input("b", kMeasures,
                        "what a is compared with: the variables of the same names, or a single variable on "
                        "each side; repeated along the axes that only a has")
        .output(
            kMeasures,
            "<variable>_t, _df, _p, _mean_difference (a - b, or a - mean), _ci_low, _ci_high, _cohens_d, "
            "_count, _note with the remaining axes, and _p_adjusted, _significant with the axis correction")
        .summary("*_significant", "{each correction: in {ones} of {count}}")
        .summary("*_mean_difference", "{top}")
        .such_as("over: head", "measures.log_prob_change")
        .required("over", &AggregateTTest::over, "Axes whose values make one sample", distinct())
        .param("by", &AggregateTTest::by, kByDoc, each_once())
        .param("kind", &AggregateTTest::kind, "Which test",
               one_choice({{"one_sample", "a against the number `mean` (Student's)"},
                           {"paired", "the differences a - b against 0 (Student's)"},
                           {"independent", "a against b, without assuming equal variances (Welch's)"}}))
        .param("mean", &AggregateTTest::mean, "The mean that kind one_sample compares a with")
        .param("confidence", &AggregateTTest::confidence,
               "Confidence level of the interval _ci_low to _ci_high", between_0_and_1())
        .param("corrections", &AggregateTTest::corrections,
               "Corrections for multiple tests, the labels of the axis correction",
               each_choice(p_corrections()))
        .param("across", &AggregateTTest::across,
               "Axes whose tests are corrected together, as one family; needed for any correction but none")
        .param("alpha", &AggregateTTest::alpha, "A corrected p-value of at most this is significant",
               between_0_and_1()));

}  // namespace
}  // namespace hookflow::stages
