#include "pipeline/report/answer/brief.hpp"

#include <algorithm>

#include "pipeline/text/problems.hpp"
#include "pipeline/workflow/figure_request.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kHandful = 5;  // sentences, unless there is more that has to be said
constexpr std::size_t kTests = 3;

/// What the workflow shows first, then what its figures draw, in their order.
std::vector<InputRef> shown_variables(const RunFileView& view) {
  const Node workflow = stored_workflow(view);
  std::vector<InputRef> shown;
  if (const Node* show = workflow.find("show"); show != nullptr)
    if (const std::size_t dot = show->text.find('.'); dot != std::string::npos)
      shown.push_back({show->text.substr(0, dot), show->text.substr(dot + 1), {}});
  if (const Node* figures = workflow.find("figures"); figures != nullptr) {
    Problems problems("figures");
    for (const FigureRequest& figure : read_figures(*figures, problems))
      shown.insert(shown.end(), figure.of.begin(), figure.of.end());
  }
  return shown;
}

class Brief {
 public:
  Brief(const RunFileView& view, const std::vector<StageAnswer>& answers)
      : view_(view), answers_(answers), shown_(shown_variables(view)) {}

  std::vector<BriefSentence> choose() {
    add_unchanged();
    if (!shown_.empty()) {
      add_first(shown_.front().stage);
      add(shown_.front().stage, shown_.front().variable);
    }
    add_tests();
    for (const InputRef& shown : shown_)
      if (brief_.size() < kHandful && !add(shown.stage, shown.variable)) add_first(shown.stage);
    for (const StageAnswer& answer : answers_)
      if (brief_.size() < kHandful) add_first(answer.stage);
    return std::move(brief_);
  }

 private:
  [[nodiscard]] const GroupLayout* group(const std::string& stage) const {
    const auto found = std::ranges::find(view_.groups, stage, &GroupLayout::name);
    return found == view_.groups.end() ? nullptr : &*found;
  }
  [[nodiscard]] Relation relation(const std::string& stage, const std::string& variable) const {
    const GroupLayout* of = group(stage);
    if (of == nullptr) return Relation::itself;
    const auto found = std::ranges::find(of->variables, variable, &Variable::name);
    return found == of->variables.end() ? Relation::itself : found->relation;
  }
  [[nodiscard]] const StageAnswer* answer(const std::string& stage) const {
    const auto found = std::ranges::find(answers_, stage, &StageAnswer::stage);
    return found == answers_.end() ? nullptr : &*found;
  }

  /// Once each. Whether there is such a sentence.
  bool add(const std::string& stage, const std::string& variable) {
    const StageAnswer* of = answer(stage);
    if (of == nullptr) return false;
    const auto sentence = std::ranges::find(of->sentences, variable, &Sentence::variable);
    if (sentence == of->sentences.end()) return false;
    const bool is_there = std::ranges::any_of(brief_, [&](const BriefSentence& other) {
      return other.stage == stage && other.sentence.variable == variable;
    });
    if (!is_there) brief_.push_back({stage, *sentence});
    return true;
  }

  /// What its stage says first of a result, if anything.
  void add_first(const std::string& stage) {
    const StageAnswer* of = answer(stage);
    if (of == nullptr) return;
    for (const Sentence& sentence : of->sentences)
      if (relation(stage, sentence.variable) != Relation::detail) {
        add(stage, sentence.variable);
        return;
      }
  }

  static bool has_changes(const GroupLayout& group) {
    return std::ranges::any_of(
        group.variables, [](const Variable& variable) { return variable.relation == Relation::change; });
  }

  /// Of the first results that others of their kind are changes from: what is said first, and that from which
  /// what is shown is derived, as prob_change is from prob.
  void add_unchanged() {
    for (const StageAnswer& of : answers_) {
      const GroupLayout* clean = group(of.stage);
      if (clean == nullptr || of.sentences.empty() || has_changes(*clean)) continue;
      if (!std::ranges::any_of(view_.groups, [&](const GroupLayout& other) {
            return other.about == clean->about && has_changes(other);
          }))
        continue;
      add_first(of.stage);
      for (const Sentence& sentence : of.sentences)
        if (!shown_.empty() && shown_.front().variable.starts_with(sentence.variable + "_"))
          add(of.stage, sentence.variable);
      return;
    }
  }

  void add_tests() {
    std::size_t tests = 0;
    for (const StageAnswer& of : answers_)
      for (const Sentence& sentence : of.sentences)
        if (relation(of.stage, sentence.variable) == Relation::significant && tests++ < kTests)
          add(of.stage, sentence.variable);
  }

  const RunFileView& view_;
  const std::vector<StageAnswer>& answers_;
  const std::vector<InputRef> shown_;
  std::vector<BriefSentence> brief_;
};

}  // namespace

std::vector<BriefSentence> brief_sentences(const RunFileView& view, const std::vector<StageAnswer>& answers) {
  return Brief(view, answers).choose();
}

}  // namespace hookflow::pipeline
