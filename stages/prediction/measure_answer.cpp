#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/measure/pass_measure.hpp"
#include "stages/params/target_tokens.hpp"
#include "stages/prediction/next_token.hpp"
#include "stages/subject/cells_of.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// What a column says, as token ids: `12`, or `[12, 7]`; none where it says something else.
std::optional<std::vector<std::int32_t>> listed_ids(const std::string& text, std::size_t vocabulary) {
  auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) list = nlohmann::json::array({list});
  std::vector<std::int32_t> ids;
  for (const auto& id : list) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= vocabulary) return {};
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

/// The answer of one prompt of so many tokens. Throws PromptFailure that names value and rule.
std::vector<std::int32_t> answer_ids(const Prompt& prompt, const std::string& text, std::size_t length,
                                     ModelSubject& subject) {
  const Config& config = subject.config();
  const std::string vocabulary = "0 to " + std::to_string(config.vocabulary - 1);
  const auto ids =
      prompt.ids ? listed_ids(text, config.vocabulary) : std::optional(subject.tokenizer().encode(text));
  if (!ids)
    throw PromptFailure(
        "is neither a token id, " + vocabulary +
        ", nor a list of them such as [12, 7]; the answer to a prompt given as ids must be ids");
  if (ids->empty()) throw PromptFailure("is empty; an answer needs at least one token");
  for (const std::int32_t id : *ids) {
    if (static_cast<std::size_t>(id) >= config.vocabulary)
      throw PromptFailure("has token id " + std::to_string(id) + ", but the model's vocabulary has ids " +
                          vocabulary + ": the tokenizer belongs to another model");
  }
  // The last token is predicted, and not fed.
  if (length + ids->size() - 1 > config.context)
    throw PromptFailure("is " + std::to_string(ids->size()) + " tokens, too many after a prompt of " +
                        std::to_string(length) +
                        ": all but the last are fed, and must fit in the model's context of " +
                        std::to_string(config.context));
  return *ids;
}

/// As answer_ids, of a column. Throws PromptFailure that names it, too.
std::vector<std::int32_t> answer_in(const std::string& column, const Prompt& prompt, std::size_t length,
                                    ModelSubject& subject) {
  const std::string* cell = prompt.cell(column);
  if (cell == nullptr) throw PromptFailure(lacks_column(prompt, column));
  if (prompt.text && prompt.others.contains(column))
    throw PromptFailure(column + ": " + *cell + " is not an answer; must be text or a number");
  try {
    return answer_ids(prompt, *cell, length, subject);
  } catch (const PromptFailure& error) {
    throw PromptFailure(column + ": '" + *cell + "' " + error.what());
  }
}

/// A word of an answer follows the prompt's last word as in a text, by a space.
void warn_of_no_space(const std::string& column, std::size_t prompt, const PlanContext& context) {
  const Prompt asked = context.prompts[prompt];
  const std::string* answer = asked.text ? asked.cell(column) : nullptr;
  if (answer == nullptr || !begins_with_a_word(*answer) || asked.text->ends_with(' ') ||
      names_with_space(asked, *answer))
    return;
  context.warn("no leading space",
               column + ": '" + *answer + "' is taken as it stands, without a leading space", prompt);
}

/// The answers of a column, one a prompt; refuses every prompt whose answer cannot be fed.
Answers read_answers(const std::string& column, const PassPlan& passes) {
  auto ids = std::make_shared<TokenLists>();
  const PlanContext& context = passes.context();
  for (std::size_t i = 0; i < context.prompts.size(); ++i) {
    std::vector<std::int32_t> answer;
    try {
      if (passes.tokens().runs(i))
        answer = answer_in(column, context.prompts[i], passes.tokens().lengths[i], passes.subject());
      if (!answer.empty()) warn_of_no_space(column, i, context);
    } catch (const PromptFailure& error) {
      context.refuse(i, "answers", error.what());
    }
    ids->add(answer);
  }
  ids->shrink_to_fit();  // it stays for as long as the run
  return {column, std::move(ids)};
}

/// How likely a pass finds whole answers, each token after the prompt and the answer's tokens before it.
class AnswerMeasure : public PassMeasure {
 public:
  std::vector<std::string> answers = {"target"};

 protected:
  std::vector<Variable> plan_passes(const PassPlan& passes, PassRequest& request) override {
    axis_ = passes.axis("answer", answers, "column that gives the answer");
    for (const std::string& column : answers) {
      read_.push_back(read_answers(column, passes));
      request.keep_answers(read_.back());
    }
    return {{"log_prob",
             Dtype::float64,
             {axis_},
             "nat",
             "log-probability of the answer: the sum over its tokens, each given the tokens before it"},
            {"log_prob_per_token",
             Dtype::float64,
             {axis_},
             "nat",
             "log-probability of the answer, divided by the number of its tokens"}};
  }

  void measure(const MeasuredPass& pass, Numbers& numbers) const override {
    for (const Answers& answer : read_) {
      const LogitRows logits = pass.request.answer_logits(answer.column, pass.view);  // one a token
      const auto ids = (*answer.ids)[pass.prompt];
      double sum = 0;
      for (std::size_t i = 0; i < ids.size(); ++i) sum += NextToken(logits.row(i)).log_prob(ids[i]);
      numbers[0].push_back(sum);
      numbers[1].push_back(sum / static_cast<double>(ids.size()));
    }
  }

  [[nodiscard]] std::vector<KnownArray> known() const override {
    std::size_t longest = 0;
    for (const Answers& answer : read_) {
      for (std::size_t i = 0; i < answer.ids->size(); ++i)
        longest = std::max(longest, (*answer.ids)[i].size());
    }
    const auto ids_of = [read = read_](std::size_t cell) {  // prompt after prompt
      return (*read[cell % read.size()].ids)[cell / read.size()];
    };
    const auto id = [ids_of, longest](std::size_t cell) {
      const auto ids = ids_of(cell / longest);
      return cell % longest < ids.size() ? std::int64_t{ids[cell % longest]} : -1;
    };
    const auto count = [ids_of](std::size_t cell) { return static_cast<std::int64_t>(ids_of(cell).size()); };
    const std::size_t cells = read_.front().ids->size() * read_.size();
    const Axis tokens = numbered_axis("token", longest, "token of the answer, counted from 0");
    return {{{"token_id", Dtype::int64, {axis_, tokens}, kTokenId, "tokens of the answer, -1 after its end"},
             cells_of(cells * longest, id)},
            {{"token_count", Dtype::int64, {axis_}, "1", "number of the answer's tokens"},
             cells_of(cells, count)}};
  }

 private:
  Axis axis_;
  std::vector<Answers> read_;  // one a column
};

const bool kAnswerMeasure = register_stage(
    Declaration<AnswerMeasure>(
        "measure.answer",
        "Log-probability of a whole answer of one or more tokens after the prompt: the text of a column, "
        "tokenized by itself, each token predicted from the prompt and the answer's tokens before it")
        .optional_input("clean", kPass, "a clean pass")
        .optional_input("edited", kVariants,
                        "edited passes; edits at `all` positions reach the answer's tokens too, other "
                        "positions count within the prompt, and means are over the prompt only; with both "
                        "inputs, each value has its change from clean")
        .output(kMeasures, "log_prob, log_prob_per_token [answer], and their changes; token_id, token_count")
        .summary("*_change", "{each answer: {top}}")
        .summary("log_prob", "{each answer: {mean}}")
        .summary("log_prob_per_token", "{each answer: {mean}}")
        .param("answers", &AnswerMeasure::answers,
               "Columns of the prompts that hold the answers: text, taken as it stands, so with its leading "
               "space; for a prompt given as ids, an id or a list of ids",
               distinct()));

}  // namespace
}  // namespace hookflow::stages
