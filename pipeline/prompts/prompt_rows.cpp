#include "pipeline/prompts/prompt_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "pipeline/text/nearest.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMaxListed = 20;

bool has_control(std::string_view text) {
  return find_control(text) != std::string_view::npos ||
         text.find_first_of("\t\n\r") != std::string_view::npos;
}

// The first column whose name may be meant for text or ids.
std::string misspelling(const Prompt& prompt) {
  static const std::array<std::string, 2> contents = {"text", "ids"};
  for (const auto& [name, value] : prompt.columns) {
    const std::string hint = suggestion(name, contents);
    if (!hint.empty()) return std::string("; '").append(name).append("' is another column").append(hint);
  }
  return "";
}

}  // namespace

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && !text.starts_with('-') ? std::optional(value) : std::nullopt;
}

std::string column_name_problem(std::string_view name) {
  if (name.empty()) return "a column has no name";
  if (has_control(name)) return "a column's name holds a control character";
  if (name.find('/') != std::string_view::npos)
    return "column '" + std::string(name) + "' has a slash in its name";
  // In the run file it would meet the axis of that name.
  if (name == "prompt") return "a column cannot be called 'prompt'; the prompt itself is 'text' or 'ids'";
  return "";
}

void PromptRows::begin(std::size_t number) {
  prompt_ = {};
  number_ = number;
  mentioned_.clear();
  has_id_ = false;
}

bool PromptRows::mention(const std::string& key) {
  if (std::ranges::find(mentioned_, key) == mentioned_.end()) {
    mentioned_.push_back(key);
    return true;
  }
  refuse_row("'" + key + "' is given twice");
  return false;
}

void PromptRows::set(const std::string& key, std::string value) {
  if (!mention(key)) return;
  if (value.find('\0') != std::string::npos) {
    refuse_row("'" + key + "' holds a NUL character");
  } else if (key == "id") {
    prompt_.id = std::move(value);
    has_id_ = true;
  } else if (key == "text") {
    prompt_.text = std::move(value);
  } else if (check_column(key)) {
    prompt_.columns.emplace(key, std::move(value));
  }
}

void PromptRows::set_ids(std::vector<std::int64_t> ids) {
  if (mention("ids")) prompt_.ids = std::move(ids);
}

void PromptRows::set_other(const std::string& key, const std::string& json) {
  const bool is_column = key != "id" && key != "text" && key != "ids";
  if (json == "null") {
    mention(key);
  } else if (!is_column) {
    refuse(key, "is " + json + "; must be " + (key == "ids" ? "a list of ids" : "text or a number"));
  } else if (mention(key) && check_column(key)) {
    prompt_.others.emplace(key, json);
  }
}

bool PromptRows::check_column(const std::string& name) {
  const std::string problem = column_name_problem(name);
  if (!problem.empty()) refuse_row(problem);
  return problem.empty();
}

void PromptRows::refuse(const std::string& key, const std::string& why) {
  if (mention(key)) refuse_row("'" + key + "' " + why);
}

void PromptRows::refuse_row(const std::string& why) {
  prompt_.problem += (prompt_.problem.empty() ? "" : "; ") + why;
  if (bad_ == BadPrompts::kept || ++problem_count_ > kMaxListed) return;
  listed_ += (listed_.empty() ? "" : "\n") + places_.of(number_) + ": " + why;
}

void PromptRows::end() {
  if (prompt_.problem.empty()) check_content();
  check_id();
  prompts_.add(prompt_, number_);
}

void PromptRows::add_bad(Prompt prompt, std::size_t number) {
  begin(number);
  prompt_ = std::move(prompt);
  has_id_ = true;
  end();
}

void PromptRows::check_content() {
  if (prompt_.text && prompt_.ids) {
    refuse_row("both 'text' and 'ids' are given; must be only one of the two");
  } else if (!prompt_.text && !prompt_.ids) {
    refuse_row("neither 'text' nor 'ids' is given; must be one of the two" + misspelling(prompt_));
  } else if (prompt_.text && prompt_.text->empty()) {
    refuse_row("'text' is empty");
  } else if (prompt_.ids && prompt_.ids->empty()) {
    refuse_row("'ids' is empty");
  }
}

void PromptRows::check_id() {
  if (!has_id_) prompt_.id = std::to_string(prompts_.size());
  // One that was refused itself is not looked at again.
  const bool was_refused =
      !has_id_ && std::ranges::find(mentioned_, "id") != mentioned_.end() && !prompt_.problem.empty();
  if (const std::string problem = id_problem(); !problem.empty() && !was_refused) refuse_row(problem);
  if (!prompt_.problem.empty() && !id_problem().empty()) prompt_.id = free_id();
  numbers_of_ids_.emplace(prompt_.id, number_);
}

std::string PromptRows::id_problem() const {
  if (prompt_.id.empty()) return "'id' is empty";
  if (has_control(prompt_.id)) return "'id' holds a control character";
  if (prompt_.id.front() == ' ' || prompt_.id.back() == ' ') {
    return "id '" + prompt_.id + "' begins or ends with a space";
  }
  const auto first = numbers_of_ids_.find(prompt_.id);
  if (first == numbers_of_ids_.end()) return "";
  const std::string number = has_id_ ? "" : " (the row's number, as it gives none)";
  // What is kept is to be the same wherever the file lies.
  const PromptPlaces within{"line", " "};
  return "id '" + prompt_.id + "'" + number + " is given twice, first at " +
         (bad_ == BadPrompts::kept ? within : places_).of(first->second);
}

std::string PromptRows::free_id() const {
  std::string id = "line " + std::to_string(number_ < PromptPlaces::kNone ? number_ : prompts_.size());
  while (numbers_of_ids_.contains(id)) id += '+';
  return id;
}

std::string PromptRows::problems() const {
  if (problem_count_ <= kMaxListed) return listed_;
  return listed_ + "\n... and " + std::to_string(problem_count_ - kMaxListed) + " more";
}

}  // namespace hookflow::pipeline
