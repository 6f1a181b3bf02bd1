#include "pipeline/command/dry_run.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <unistd.h>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/text/byte_size.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::string sizes_text(const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes)
    text += (text.empty() ? "" : " x ") + axis.name + " " + std::to_string(axis.size());
  return "[" + text + "]";
}

/// Into how many parts an expanding stage divides its variants; 0 of another stage.
std::size_t parts_made(const Plan& plan, const PlannedStage& stage) {
  if (stage.flow == nullptr || plan.lanes[stage.lane].name != stage.spec->id) return 0;
  return plan.lanes[stage.lane].parts;
}

/// What a stage runs after, and how often.
std::string order_text(const Plan& plan, const PlannedStage& stage) {
  std::string text;
  for (const std::size_t from : stage.inputs)
    if (stage.flow != nullptr && from != kNone && plan.stages[from].fold != nullptr)
      text += (text.empty() ? ", after " : " and ") + plan.stages[from].spec->id;
  if (stage.phases.size() > 1) text += ", " + std::to_string(stage.phases.size()) + " times";
  return text;
}

/// Of all the times that a stage runs.
Cost cost_of(const PlannedStage& stage) {
  const auto times = static_cast<double>(stage.phases.size());
  Cost cost = stage.spec->stage->cost();
  for (double* of_each : {&cost.passes, &cost.flops, &cost.rows, &cost.whole_rows}) *of_each *= times;
  return cost;
}

/// With one decimal at most.
std::string one_decimal(double number) {
  std::ostringstream text;
  text << std::round(number * 10) / 10;
  return text.str();
}

/// What is left of whole passes, where that is less.
std::string share_text(const Cost& cost) {
  if (cost.rows == cost.whole_rows) return "";
  return " of " + one_decimal(cost.rows / cost.passes) + " of " + one_decimal(cost.whole_rows / cost.passes) +
         " rows each";
}

/// Of this process as it is, in bytes: the program, its libraries, the prompts and the plan.
double memory_now() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;  // the second: those in memory
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

RunEstimate estimate_run(const PlannedRun& planned, const InFlight& limits) {
  const Plan& plan = planned.plan;
  RunEstimate estimate;
  estimate.file_bytes = static_cast<double>(
      RunStore::planned_size(planned.layout, open_identity(plan), run_provenance(plan, limits.threads, {})));
  for (const PlannedStage& stage : plan.stages)
    estimate.subject_bytes = std::max(estimate.subject_bytes, stage.spec->stage->cost().bytes_shared);
  estimate.in_flight_bytes = memory_in_flight(plan, limits);
  double results = 0;  // over all prompts, that a phase reads
  for (std::size_t number = 0; number < plan.phase_count(); ++number)
    results = std::max(results, results_bytes(phase_of(plan, number)));
  double aggregating = 0;
  for (const std::size_t fold : plan.folds)
    aggregating = std::max(aggregating, plan.stages[fold].spec->stage->cost().bytes);
  estimate.memory_bytes =
      memory_now() + estimate.subject_bytes + std::max(estimate.in_flight_bytes + results, aggregating);
  return estimate;
}

void print_dry_run(const PlannedRun& planned, const InFlight& limits, std::ostream& out) {
  const Plan& plan = planned.plan;
  const RunEstimate estimate = estimate_run(planned, limits);  // before anything is shown: it may fail
  out << "workflow " << plan.spec.name << ", model " << plan.spec.model << ", "
      << counted(plan.prompts.size(), "prompt") << " in " << counted(plan.batches.size(), "batch", "es")
      << "\n\n";
  Cost total;
  for (const PlannedStage& stage : plan.stages) {
    const Cost cost = cost_of(stage);
    total += cost;
    out << std::left << std::setw(15) << stage.spec->id << ' ' << std::setw(19)
        << stage.spec->declaration->name << ' ';
    if (cost.passes > 0) out << static_cast<long long>(cost.passes) << " passes" << share_text(cost) << ", ";
    if (cost.flops > 0) out << scaled(cost.flops, "FLOP");
    if (cost.bytes > 0) out << ", " << scaled(cost.bytes, "B") << " at a time";
    if (const std::size_t parts = parts_made(plan, stage); parts > 1)
      out << ", committed in " << parts << " pieces";
    out << order_text(plan, stage) << (stage.stored ? "  stored" : "") << "\n";
    for (const Variable& variable : stage.variables) {
      out << "    " << std::setw(24) << variable.name << " " << sizes_text(variable.axes) << " "
          << variable.units << "\n";
    }
  }
  const std::string whole = planned.layout.share ? " of the whole run" : "";
  out << "\nforward passes  " << static_cast<long long>(total.passes) << whole << "\nwork            "
      << scaled(total.flops, "FLOP") << whole << "\nmemory          " << scaled(estimate.memory_bytes, "B")
      << " at most, on " << counted(limits.threads, "thread") << "; " << scaled(estimate.in_flight_bytes, "B")
      << " of it for work in flight (--memory: " << scaled(limits.bytes, "B") << "), "
      << scaled(estimate.subject_bytes, "B") << " for the model"
      << "\nfile size       " << scaled(estimate.file_bytes, "B") << "\n";
}

}  // namespace hookflow::pipeline
