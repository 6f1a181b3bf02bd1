#include "pipeline/prompts/prompt_list.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/yaml/node.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kNoNumber = std::numeric_limits<std::uint32_t>::max();

/// Takes apart what to_json has written: an object of texts, and of `ids`, a list of numbers.
class LineReader : public nlohmann::json_sax<Json> {
 public:
  explicit LineReader(bool id_alone) : id_alone_(id_alone) {}
  [[nodiscard]] Prompt take() { return std::move(prompt_); }
  [[nodiscard]] bool has_id() const { return has_id_; }

  bool string(std::string& value) override {
    if (key_ == "id") {
      prompt_.id = std::move(value);
      has_id_ = true;
      return !id_alone_;  // false: nothing more is read
    }
    if (key_ == "text") {
      prompt_.text = std::move(value);
    } else {
      prompt_.columns.emplace(std::move(key_), std::move(value));
    }
    return true;
  }
  bool key(std::string& name) override {
    key_ = std::move(name);
    return true;
  }
  bool start_array(std::size_t) override {
    prompt_.ids.emplace();
    return true;
  }
  bool number_unsigned(Json::number_unsigned_t value) override {
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_integer(Json::number_integer_t value) override {
    if (prompt_.ids) prompt_.ids->push_back(value);
    return prompt_.ids.has_value();
  }

  bool start_object(std::size_t) override { return true; }
  bool end_object() override { return true; }
  bool end_array() override { return true; }

  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_float(Json::number_float_t, const std::string&) override { return false; }
  bool binary(Json::binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool id_alone_;
  bool has_id_ = false;
  Prompt prompt_;
  std::string key_;
};

Prompt parse(std::string_view line, bool id_alone) {
  LineReader reader(id_alone);
  const bool whole = Json::sax_parse(line, &reader);
  if (!(id_alone ? reader.has_id() : whole))
    throw std::logic_error("a prompt's line is not as it was written: " + std::string(line));
  return reader.take();
}

}  // namespace

std::string to_json(const Prompt& prompt) {
  std::vector<std::pair<std::string, Node>> entries = {{"id", Node::scalar(prompt.id, true)}};
  if (prompt.text) entries.emplace_back("text", Node::scalar(*prompt.text, true));
  if (prompt.ids) entries.emplace_back("ids", write_param(*prompt.ids));
  for (const auto& [name, value] : prompt.columns) entries.emplace_back(name, Node::scalar(value, true));
  return to_json(Node::map(std::move(entries)));
}

Prompts::Prompts() : lines_(std::make_shared<const Lines>()) {}

Prompt Prompts::operator[](std::size_t prompt) const {
  Prompt parsed = parse(json(prompt), false);
  parsed.place = place(prompt);
  return parsed;
}

std::string Prompts::id(std::size_t prompt) const { return parse(json(prompt), true).id; }

std::string_view Prompts::json(std::size_t prompt) const {
  const std::size_t end = lines_->ends.at(prompt);
  const std::size_t begin = prompt == 0 ? 0 : lines_->ends[prompt - 1];
  return std::string_view(lines_->text).substr(begin, end - begin - 1);
}

std::string Prompts::place(std::size_t prompt) const {
  const std::uint32_t number = lines_->numbers.at(prompt);
  return lines_->places.of(number == kNoNumber ? PromptPlaces::kNone : number);
}

std::size_t Prompts::bytes() const {
  return lines_->text.capacity() + lines_->ends.capacity() * sizeof(std::size_t) +
         lines_->numbers.capacity() * sizeof(std::uint32_t);
}

Prompts::Builder::Builder(PromptPlaces places) : lines_(std::make_shared<Lines>()) {
  lines_->places = std::move(places);
}

void Prompts::Builder::add(const Prompt& prompt, std::size_t number) {
  lines_->text += to_json(prompt);
  lines_->text += '\n';
  lines_->ends.push_back(lines_->text.size());
  lines_->numbers.push_back(static_cast<std::uint32_t>(std::min<std::size_t>(number, kNoNumber)));
}

std::string Prompts::Builder::place(std::size_t prompt) const { return Prompts(lines_).place(prompt); }

Prompts Prompts::Builder::take() {
  lines_->text.shrink_to_fit();
  lines_->ends.shrink_to_fit();
  lines_->numbers.shrink_to_fit();
  return Prompts(std::exchange(lines_, std::make_shared<Lines>()));
}

}  // namespace hookflow::pipeline
