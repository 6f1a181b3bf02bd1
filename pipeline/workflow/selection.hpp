#pragma once
#include <memory>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "pipeline/workflow/input_ref.hpp"

namespace hookflow::pipeline {

/// The variables of a stage that `ref` asks for, without the axes of which it picks one place. Where it names
/// no variable, those that have all these axes. Throws ParamError for an unknown variable, axis or label,
/// with the nearest.
std::vector<Variable> select_variables(const std::vector<Variable>& all, const InputRef& ref);

/// The same rows at one place along each axis of `where`, which the variable must have.
std::unique_ptr<StoredRows> select_rows(std::unique_ptr<StoredRows> rows,
                                        const std::vector<AxisLabel>& where);

}  // namespace hookflow::pipeline
