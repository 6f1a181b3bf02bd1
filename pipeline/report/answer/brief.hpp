#pragma once
#include <string>
#include <vector>

#include "pipeline/report/answer/answer.hpp"

namespace hookflow::pipeline {

/// A sentence that stands at the top of a report.
struct BriefSentence {
  std::string stage;
  Sentence sentence;
};

/// The few of all answers that a reader wants first: how it was without any change; what the workflow shows
/// and what the stage that made it says first; which tests were significant; then, up to a handful, of the
/// figures that the workflow declares, and of what else it keeps.
std::vector<BriefSentence> brief_sentences(const RunFileView& view, const std::vector<StageAnswer>& answers);

}  // namespace hookflow::pipeline
