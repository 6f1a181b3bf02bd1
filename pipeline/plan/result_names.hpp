#pragma once
#include <string>

#include "pipeline/plan/plan.hpp"
#include "pipeline/stage/findings.hpp"
#include "pipeline/text/problems.hpp"

/// The names by which a workflow speaks of results, which it may give as they were called once.
namespace hookflow::pipeline {

/// What a planned stage's variable is called now; the name as it is where there is none of it.
std::string known_variable(const Plan& plan, const std::string& stage, const std::string& variable);
/// The same of an axis of its variables.
std::string known_axis(const Plan& plan, const std::string& stage, const std::string& axis);

/// Settles what a viewer draws first: what the workflow says, or else what tells most of what is kept.
/// Notes a name that is not stored.
void settle_show(Plan& plan, Problems& problems);
/// Notes all that is wrong with the workflow's figures, once it is known what is stored. Where settings
/// changed what that is, figures that cannot be any more are left out, with a warning.
void check_figures(Plan& plan, Findings& findings, Problems& problems);

}  // namespace hookflow::pipeline
