#include "pipeline/dry_run.hpp"

#include <array>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace hookflow::pipeline {
namespace {

/// 1234567 as "1.23 M".
std::string scaled(double value, const char* unit) {
  constexpr std::array kPrefixes = {"", "k", "M", "G", "T", "P"};
  std::size_t step = 0;
  while (value >= 1000 && step + 1 < kPrefixes.size()) {
    value /= 1000;
    ++step;
  }
  std::ostringstream text;
  text << std::setprecision(3) << value << " " << kPrefixes[step] << unit;
  return text.str();
}

std::string axes_text(const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes)
    text += (text.empty() ? "" : " x ") + axis.name + " " + std::to_string(axis.size());
  return "[" + text + "]";
}

double stored_bytes(const Plan& plan) {
  double bytes = 0;
  for (const GroupLayout& group : plan.layout.groups) {
    for (const Variable& variable : group.variables) {
      bytes += static_cast<double>(cell_count(variable.axes) * size_of(variable.dtype));
    }
  }
  return bytes;
}

}  // namespace

void print_dry_run(const Plan& plan, std::size_t /*threads*/, std::ostream& out) {
  out << "workflow " << plan.spec.name << ", model " << plan.spec.model << ", " << plan.prompts.size()
      << " prompts in " << plan.units.size() << " units\n\n";
  Cost total;
  for (const PlannedStage& stage : plan.stages) {
    const Cost cost = stage.spec->stage->cost();
    total.passes += cost.passes;
    total.flops += cost.flops;
    total.bytes_in_flight += cost.bytes_in_flight;
    out << std::left << std::setw(16) << stage.spec->id << std::setw(20) << stage.spec->declaration->name;
    if (cost.passes > 0) out << scaled(cost.passes, "passes") << ", " << scaled(cost.flops, "FLOP");
    if (stage.output.parts > 1) out << ", " << stage.output.parts << " parts a unit";
    out << (stage.stored ? "  stored" : "") << "\n";
    for (const Variable& variable : stage.variables) {
      out << "    " << std::setw(24) << variable.name << " " << axes_text(variable.axes) << " "
          << variable.units << "\n";
    }
  }
  out << "\nforward passes    " << static_cast<long long>(total.passes) << "\nwork              "
      << scaled(total.flops, "FLOP") << "\nmemory in flight  " << scaled(total.bytes_in_flight, "B")
      << " a unit of work, besides the weights\nfile size         " << scaled(stored_bytes(plan), "B")
      << " of results\n";
}

}  // namespace hookflow::pipeline
