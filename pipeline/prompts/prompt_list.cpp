#include "pipeline/prompts/prompt_list.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/node.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::string_view kBeforeId = "{\"id\":";  // to_json puts it first,
constexpr const char* kProblem = "problem";         // and next the text, the ids or this

/// Behind the text in quotes that begins there. Prompts are parsed again and again, and this is most of it.
std::size_t text_end(std::string_view line, std::size_t begin) {
  for (std::size_t end = begin; (end = line.find('"', end + 1)) != std::string_view::npos;)
    if ((end - line.find_last_not_of('\\', end - 1)) % 2 == 1) return end + 1;  // no backslash is its own
  throw std::out_of_range("a text without an end");
}

std::string_view take(std::string_view& line, std::size_t size) {
  const std::string_view taken = line.substr(0, size);
  line.remove_prefix(taken.size());
  return taken;
}

/// Takes a text in quotes, as to_json writes it, off the line that begins with it.
std::string take_text(std::string_view& line) {
  const std::string_view quoted = take(line, text_end(line, 0));
  const bool as_is = quoted.find('\\') == std::string_view::npos;
  return as_is ? std::string(quoted.substr(1, quoted.size() - 2))
               : nlohmann::json::parse(quoted).get<std::string>();
}

/// Takes a value of any kind, as JSON.
std::string take_json(std::string_view& line) {
  std::size_t end = 0;
  for (int depth = 0; depth > 0 || (line.at(end) != ',' && line[end] != '}');) {
    const char c = line.at(end);
    depth += static_cast<int>(c == '[' || c == '{') - static_cast<int>(c == ']' || c == '}');
    end = c == '"' ? text_end(line, end) : end + 1;
  }
  return std::string(take(line, end));
}

std::vector<std::int64_t> take_ids(std::string_view& line) {
  return nlohmann::json::parse(take(line, line.find(']') + 1)).get<std::vector<std::int64_t>>();
}

// Of a line as to_json has written it, without spaces.
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
    } else if (line.at(0) == '"') {
      prompt.columns.emplace(name, take_text(line));
    } else {
      prompt.others.emplace(name, take_json(line));
    }
  }
  return prompt;
}

std::string id_of(std::string_view& line) {
  line.remove_prefix(kBeforeId.size());
  return take_text(line);
}

}  // namespace

const std::string* Prompt::cell(const std::string& column) const {
  for (const auto* cells : {&columns, &others})
    if (const auto cell = cells->find(column); cell != cells->end()) return &cell->second;
  return nullptr;
}

std::string lacks_column(const Prompt& prompt, const std::string& column) {
  if (column == "text" || column == "ids" || column == "id")
    return "'" + column + "' is no column of it, but the prompt's own; name a column beside it";
  std::vector<std::string> known;
  for (const auto& [name, value] : prompt.columns) known.push_back(name);
  const std::string nearest = suggestion(column, known);
  std::string columns;
  for (const std::string& name : known) columns += (columns.empty() ? "; it has " : ", ") + name;
  return "has no column '" + column + "'" + (nearest.empty() ? ", or no value in it" : nearest) + columns;
}

std::string to_json(const Prompt& prompt) {
  std::string line(kBeforeId);
  append_json_text(prompt.id, line);
  const auto add_name = [&line](std::string_view name) {
    line += ',';
    append_json_text(name, line);
    line += ':';
  };
  const auto add = [&](std::string_view name, std::string_view text) {
    add_name(name);
    append_json_text(text, line);
  };
  if (!prompt.problem.empty()) {
    add(kProblem, prompt.problem);
    return line + "}";
  }
  if (prompt.text) add("text", *prompt.text);
  if (prompt.ids) {
    add_name("ids");
    line += to_json(write_param(*prompt.ids));
  }
  for (const auto& [name, value] : prompt.columns) add(name, value);
  for (const auto& [name, json] : prompt.others) {
    add_name(name);
    line += json;
  }
  return line + "}";
}

std::optional<Prompt> bad_prompt(std::string_view json) {
  if (!json.starts_with(kBeforeId)) return std::nullopt;
  Prompt prompt;
  prompt.id = id_of(json);
  const std::string before = std::string(",\"") + kProblem + "\":";
  if (!json.starts_with(before)) return std::nullopt;
  json.remove_prefix(before.size());
  prompt.problem = take_text(json);
  return prompt;
}

Prompts::Prompts() : lines_(std::make_shared<const Lines>()) {}

Prompt Prompts::operator[](std::size_t prompt) const {
  std::optional<Prompt> bad = bad_prompt(json(prompt));
  Prompt parsed = bad ? std::move(*bad) : parse(json(prompt));
  parsed.place = place(prompt);
  return parsed;
}

std::string Prompts::id(std::size_t prompt) const {
  std::string_view line = json(prompt);
  return id_of(line);
}

std::string Prompts::problem(std::size_t prompt) const {
  const std::optional<Prompt> bad = bad_prompt(json(prompt));
  return bad ? bad->problem : "";
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
