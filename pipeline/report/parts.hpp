#pragma once
#include <string>
#include <vector>

#include "pipeline/report/answer/answer.hpp"
#include "pipeline/report/page/page.hpp"

/// Parts of pages that tell of runs, as HTML.
namespace hookflow::pipeline {

/// An item of a list each.
std::string list_items(const std::vector<std::string>& sentences);
/// The sentence, with its subject set off.
std::string spelled(const Sentence& sentence);
/// What each stage, or whatever else has a name, comes to.
std::string answers_part(const std::vector<StageAnswer>& answers);
/// How a run was made: its workflow, prompts, model, program and machine.
std::string record_part(Page& page, const RunFile& run, const RunFileView& view);

}  // namespace hookflow::pipeline
