#include "pipeline/compare/comparison_answer.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/compare/comparison_lines.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::string in_both(const RunsBeside& runs, const std::string& first, const std::string& second) {
  return first + " in " + runs.first.name + ", " + second + " in " + runs.second.name;
}

std::string equal_text(const Agreement& found) {
  return std::to_string(found.equal()) + " of " + counted(found.both(), "value");
}

Sentence correlation_sentence(const VariableComparison& variable) {
  const double r = variable.agreement.correlation();
  return {variable.name, "correlation",
          std::isnan(r) ? "none: of one run the values are all alike, or too few"
                        : shown_number(r) + " (Pearson)"};
}

Sentence difference_sentence(const RunsBeside& runs, const VariableComparison& variable,
                             const CellPair& farthest) {
  const std::string units = variable.variable.units == "1" ? "" : " " + variable.variable.units;
  const std::string place = variable.place(farthest);
  return {variable.name, "largest difference",
          shown_number(farthest.difference()) + units + (place.empty() ? "" : " at " + place) + ": " +
              in_both(runs, shown_number(farthest.first), shown_number(farthest.second))};
}

Sentence ranks_sentence(const RunsBeside& runs, const VariableComparison& variable) {
  const Ranking& ranking = variable.ranking;
  std::string text = std::to_string(ranking.in_common()) + " of " + std::to_string(ranking.most()) +
                     " are among the largest of both";
  if (const std::vector<RankedPair> changes = ranking.changes(); !changes.empty())
    text += "; of most changed rank, " + variable.place(changes.front().pair) + ": " +
            in_both(runs, std::to_string(changes.front().first_rank),
                    std::to_string(changes.front().second_rank));
  return {variable.name, "largest by magnitude", text};
}

StageAnswer answer_of(const RunsBeside& runs, const VariableComparison& variable) {
  StageAnswer answer{variable.name, {}};
  if (const std::string why = variable.why_unmatched(); !why.empty()) {
    answer.sentences.push_back({variable.name, "not compared", why});
    return answer;
  }
  const Agreement& found = variable.agreement;
  answer.sentences.push_back({variable.name, "equal", equal_text(found)});
  if (variable.is_id) return answer;
  if (const std::vector<std::string> flips = flip_lines(runs, variable, kFewShown); !flips.empty()) {
    std::string text = flips.front();
    for (std::size_t i = 1; i < flips.size(); ++i) text += "; " + flips[i];
    answer.sentences.push_back({variable.name, "flipped", text});
    return answer;
  }
  answer.sentences.push_back(correlation_sentence(variable));
  if (const std::vector<CellPair> farthest = found.farthest(); !farthest.empty())
    answer.sentences.push_back(difference_sentence(runs, variable, farthest.front()));
  if (variable.is_ranked() && found.both() > LargestPairs::kMost)
    answer.sentences.push_back(ranks_sentence(runs, variable));
  return answer;
}

}  // namespace

std::string equality_sentence(const RunsBeside& runs) {
  const std::vector<VariableComparison>& all = runs.results.variables;
  const auto equal = std::ranges::count_if(all, &VariableComparison::is_equal);
  return std::to_string(equal) + " of " + counted(all.size(), "variable") + " that both keep " +
         (equal == 1 ? "is" : "are") + " equal in every value";
}

std::vector<StageAnswer> variable_answers(const RunsBeside& runs) {
  std::vector<StageAnswer> answers;
  for (const VariableComparison& variable : runs.results.variables)
    if (!variable.is_equal()) answers.push_back(answer_of(runs, variable));
  return answers;
}

}  // namespace hookflow::pipeline
