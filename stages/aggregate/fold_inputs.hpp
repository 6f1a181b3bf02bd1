#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/aggregate/folding.hpp"

// What the folds over named axes check before anything runs. All throw pipeline::ParamError of the parameter,
// or of `in`, that is to blame.
namespace hookflow::stages {

/// Where in the input's variables those stand that have all of the axes, which `param` names, and are no
/// token ids. Refuses when there is none.
std::vector<std::size_t> variables_over(const pipeline::PlannedInput& input,
                                        const std::vector<std::string>& axes,
                                        const std::string& param = "over");

/// Refuses axes along which the variable has a single step in all.
void check_several_steps(const pipeline::Variable& variable, const std::vector<std::string>& over);

/// Refuses a variable that keeps an axis, or gets one of groups, of a name that the results need for one.
void check_new_axis(const pipeline::Variable& variable, const Folding& folding, const std::string& name);

/// A variable and its partner: where they stand in the variables of two inputs.
struct VariablePair {
  std::size_t a = 0;
  std::size_t b = 0;
};

/// Each variable of `a` that has the axes with the variable of `b` of the same name; where each input has one
/// variable, these two. Refuses a variable without a partner.
std::vector<VariablePair> pair_variables(const pipeline::PlannedInput& a, const pipeline::PlannedInput& b,
                                         const std::vector<std::string>& over);

/// What the axes of a pair that are folded away must be: equal, so that values are compared one by one, or
/// merely there.
enum class FoldedAxes { equal, any };

/// Refuses a `b` that has another axis than `a`, or other labels along one that is kept.
void check_aligned(const pipeline::Variable& a, const pipeline::Variable& b,
                   const std::vector<std::string>& over, FoldedAxes folded);

}  // namespace hookflow::stages
