#include "pipeline/prompts/prompt_list.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/yaml/node.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

/// Takes a text in quotes, as to_json writes it, off the line that begins with it.
std::string take_text(std::string_view& line) {
  std::size_t end = 1;
  while (line.at(end) != '"') end += line[end] == '\\' ? 2 : 1;
  const std::string_view quoted = line.substr(0, end + 1);
  line.remove_prefix(quoted.size());
  const bool as_is = quoted.find('\\') == std::string_view::npos;
  return as_is ? std::string(quoted.substr(1, end - 1)) : nlohmann::json::parse(quoted).get<std::string>();
}

std::vector<std::int64_t> take_ids(std::string_view& line) {
  const std::string_view list = line.substr(0, line.find(']') + 1);
  line.remove_prefix(list.size());
  return nlohmann::json::parse(list).get<std::vector<std::int64_t>>();
}

// Of a line as to_json has written it, without spaces: an object of texts, and of `ids`, a list.
Prompt parse(std::string_view line) {
  Prompt prompt;
  while (line.at(0) != '}') {
    line.remove_prefix(1);  // { or the comma
    const std::string name = take_text(line);
    line.remove_prefix(1);  // the colon
    if (name == "ids") {
      prompt.ids = take_ids(line);
    } else if (name == "id") {
      prompt.id = take_text(line);
    } else if (name == "text") {
      prompt.text = take_text(line);
    } else {
      prompt.columns.emplace(name, take_text(line));
    }
  }
  return prompt;
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
  Prompt parsed = parse(json(prompt));
  parsed.place = place(prompt);
  return parsed;
}

std::string Prompts::id(std::size_t prompt) const {
  constexpr std::string_view kBefore = "{\"id\":";  // to_json puts it first
  std::string_view line = json(prompt).substr(kBefore.size());
  return take_text(line);
}

std::string_view Prompts::json(std::size_t prompt) const {
  const std::size_t end = lines_->ends.at(prompt);
  const std::size_t begin = prompt == 0 ? 0 : lines_->ends[prompt - 1];
  return std::string_view(lines_->text).substr(begin, end - begin - 1);
}

std::string Prompts::place(std::size_t prompt) const { return lines_->places.of(lines_->numbers.at(prompt)); }

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
  lines_->numbers.push_back(static_cast<std::uint32_t>(std::min<std::size_t>(number, PromptPlaces::kNone)));
}

std::string Prompts::Builder::place(std::size_t prompt) const { return Prompts(lines_).place(prompt); }

Prompts Prompts::Builder::take() {
  lines_->text.shrink_to_fit();
  lines_->ends.shrink_to_fit();
  lines_->numbers.shrink_to_fit();
  return Prompts(std::exchange(lines_, std::make_shared<Lines>()));
}

}  // namespace hookflow::pipeline
