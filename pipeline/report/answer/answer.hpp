#pragma once
#include <string>
#include <vector>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// What one variable comes to.
struct Sentence {
  std::string variable;
  std::string subject;  // what it holds
  std::string text;     // what is found of it
};

/// What one stage's results come to; without sentences nothing is known yet, or nothing is declared.
struct StageAnswer {
  std::string stage;
  std::vector<Sentence> sentences;
};

/// Of every result that the workflow keeps, in its order, as the stages' declarations sum them up.
std::vector<StageAnswer> stage_answers(const RunFile& run, const RunFileView& view);

/// What was run on what, how far it came and what failed: a sentence each.
std::vector<std::string> run_sentences(const RunFileView& view);
/// What was warned of: a sentence a kind.
std::vector<std::string> warning_sentences(const RunFileView& view);

/// The workflow that the file keeps; empty where it keeps none.
Node stored_workflow(const RunFileView& view);
/// The groups of results, in the workflow's order.
std::vector<const GroupLayout*> result_groups(const RunFileView& view);

}  // namespace hookflow::pipeline
