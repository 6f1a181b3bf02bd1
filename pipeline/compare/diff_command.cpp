#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <iterator>
#include <set>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/compare/setting_lines.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/reading/compare_runs.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "pipeline/values/spelling.hpp"

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

bool is_of_values(const DatasetDifference& found) { return found.path.find('/', 1) != std::string::npos; }

/// The difference of values that is largest, of those that are numbers.
const DatasetDifference* largest_of(const std::vector<DatasetDifference>& differences) {
  const DatasetDifference* largest = nullptr;
  for (const DatasetDifference& found : differences)
    if (found.problem.empty() && std::isfinite(found.largest) &&
        (largest == nullptr || found.largest > largest->largest))
      largest = &found;
  return largest;
}

/// All that follows from other settings, in one line.
void print_summary(const std::vector<DatasetDifference>& differences) {
  std::set<std::string> groups;
  for (const DatasetDifference& found : differences)
    if (is_of_values(found)) groups.insert(found.path.substr(1, found.path.find('/', 1) - 1));
  const auto variables = static_cast<std::size_t>(std::ranges::count_if(differences, is_of_values));
  std::cout << "  and so " << counted(variables, "variable") << " of " << counted(groups.size(), "group")
            << (variables == 1 ? " differs" : " differ");
  if (const DatasetDifference* largest = largest_of(differences))
    std::cout << "; the most in " << largest->path << ": " << difference_text(*largest);
  std::cout << "\n";
}

void print_lines(const std::vector<DatasetDifference>& differences, std::size_t most) {
  for (std::size_t i = 0; i < std::min(most, differences.size()); ++i)
    std::cout << "  " << differences[i].path << ": " << difference_text(differences[i]) << "\n";
  if (differences.size() > most)
    std::cout << "  … and " << differences.size() - most << " more; --all lists them\n";
}

void print_settings(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) std::cout << "  " << line << "\n";
}

void print_differences(const RunComparison& found, bool all) {
  constexpr std::size_t kListed = 10;
  const bool explained = !found.causes.empty();
  if (all) return print_lines(found.differences, found.differences.size());
  if (!explained) return print_lines(found.differences, kListed);
  std::vector<DatasetDifference> others;  // of what is done
  std::ranges::copy_if(found.differences, std::back_inserter(others), std::not_fn(is_of_values));
  if (others.size() < found.differences.size()) print_summary(found.differences);
  print_lines(others, kListed);
}

int diff(const std::vector<std::string>& arguments) {
  Options options("diff FIRST.h5 SECOND.h5 [options]",
                  "Compares what two run files hold, to the bit: results, inputs, labels, and which prompts "
                  "are done. Times, counters and how the files were made are not compared. Exit code 0 only "
                  "if equal, 1 if not, 3 if a file cannot be read or is damaged.",
                  "diff monday.h5 tuesday.h5");
  options.positional("first", 1, "a run file", "FIRST.h5");
  options.positional("second", 1, "another", "SECOND.h5");
  options.add()("all,a", "every variable and setting that differs, in full");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string first = options.required("first");
  const std::string second = options.required("second");
  const RunFile one = open_run_file(first, options);
  const RunFile other = open_run_file(second, options);
  const RunComparison found = compare_runs(one, other);
  const bool all = options.has("all");
  if (!found.first_complete) std::cout << first << " is NOT COMPLETE\n";
  if (!found.second_complete && second != first) std::cout << second << " is NOT COMPLETE\n";
  if (found.differences.empty())
    std::cout << "equal: " << found.datasets << " datasets, " << found.cells << " values\n";
  else
    std::cout << "different:\n";
  print_settings(setting_lines(found.causes, {first, second}, all));
  print_differences(found, all);
  if (!found.settings.empty()) std::cout << "settings that differ:\n";
  print_settings(setting_lines(found.settings, {first, second}, all));
  const bool damaged = tell_damage(one);
  if ((second != first && tell_damage(other)) || damaged) return exit_code::kInput;
  return found.differences.empty() ? exit_code::kDone : exit_code::kDifferent;
}

const bool kDiff = register_command({"diff", "compare what two run files hold", diff});

}  // namespace
}  // namespace hookflow::pipeline
