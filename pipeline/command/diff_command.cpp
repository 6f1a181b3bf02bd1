#include <cmath>
#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/reading/compare_runs.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {
namespace {

std::string difference_text(const DatasetDifference& found) {
  if (!found.problem.empty()) return found.problem;
  std::string text =
      std::to_string(found.unequal) + " of " + std::to_string(found.cells) + " values differ, ";
  text += std::isinf(found.largest) ? "the first" : "by up to " + shown_number(found.largest);
  if (!found.where.empty()) text += " at " + found.where;
  return text + ": " + found.first + " and " + found.second;
}

/// Whether results are not as they were stored, after saying so.
bool tell_damage(const RunFile& file) {
  constexpr std::size_t kShown = 10;
  if (is_being_written(file.path())) return false;  // its marks may be ahead of what was read of it
  const Damage damage = verify_run_file(file);
  if (!damage.any()) return false;
  std::cout << damage_report(damage, file.path(), kShown);
  return true;
}

int diff(const std::vector<std::string>& arguments) {
  Options options("diff FIRST.h5 SECOND.h5",
                  "Compares what two run files hold, to the bit: results, inputs, labels and what is done. "
                  "Times, counters and how the files were made do not count. Exit code 0 only if equal, 1 if "
                  "not, 3 if a file cannot be read or is damaged.");
  options.positional("first", 1, "a run file");
  options.positional("second", 1, "another");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string first = options.required("first");
  const std::string second = options.required("second");
  const RunFile one = open_run_file(first, options);
  const RunFile other = open_run_file(second, options);
  const RunComparison found = compare_runs(one, other);
  if (found.differences.empty()) {
    std::cout << "equal: " << found.datasets << " datasets, " << found.cells << " values\n";
  } else {
    std::cout << "different:\n";
    for (const DatasetDifference& difference : found.differences)
      std::cout << "  " << difference.path << ": " << difference_text(difference) << "\n";
  }
  if (!found.settings.empty()) std::cout << "settings that differ:\n";
  for (const Difference& setting : found.settings)
    std::cout << "  " << difference_line(setting, "in " + first, "in " + second) << "\n";
  const bool damaged = tell_damage(one);
  if ((second != first && tell_damage(other)) || damaged) return exit_code::kInput;
  return found.differences.empty() ? exit_code::kDone : exit_code::kDifferent;
}

const bool kDiff = register_command({"diff", "compare what two run files hold", diff});

}  // namespace
}  // namespace hookflow::pipeline
