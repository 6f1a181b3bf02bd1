#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// One row of the inputs: text or ids, and named columns; or, of a row that cannot be used, why.
struct Prompt {
  std::string id;
  std::optional<std::string> text;  // exactly one of text and ids, unless there is a problem
  std::optional<std::vector<std::int64_t>> ids;
  std::map<std::string, std::string> columns;   // target, contrast, ...
  std::string place;                            // file:line, for messages
  std::map<std::string, std::string> others{};  // columns that are neither text nor a number, as JSON
  std::string problem{};                        // then there is nothing else but the id and the place

  /// What stands in a column, whatever it is; none: nullptr.
  [[nodiscard]] const std::string* cell(const std::string& column) const;
};

/// What is done with rows that cannot be used: all of them are told and none is run, or they are kept as
/// prompts that cannot be run and the others are.
enum class BadPrompts { refused, kept };

/// "has no column 'targt' (did you mean 'target'?)", of a prompt that lacks it.
std::string lacks_column(const Prompt& prompt, const std::string& column);

/// A prompt as one line of JSON, its columns by name: the same wherever it came from.
std::string to_json(const Prompt& prompt);

/// The prompt of such a line, if it is one that cannot be run.
std::optional<Prompt> bad_prompt(std::string_view json);

/// What messages call the rows of a source: `p.jsonl:7`, `run.h5, prompt 3`, or the source alone.
struct PromptPlaces {
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  std::string source;
  std::string before_number;

  [[nodiscard]] std::string of(std::size_t number) const {
    return number >= kNone ? source : source + before_number + std::to_string(number);
  }
};

/// The prompts of a run, in order. Each is kept as its line of JSON alone, the one that the run file has, and
/// parsed when it is asked for: what many thousands take is little more than their text. Copies share it.
class Prompts {
 public:
  class Builder;
  class Iterator {
   public:
    Iterator(const Prompts& prompts, std::size_t at) : prompts_(&prompts), at_(at) {}
    Prompt operator*() const { return (*prompts_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const Prompts* prompts_;
    std::size_t at_;
  };

  Prompts();  // none

  [[nodiscard]] std::size_t size() const { return lines_->ends.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Parsed anew each time.
  [[nodiscard]] Prompt operator[](std::size_t prompt) const;
  [[nodiscard]] std::string id(std::size_t prompt) const;  // without parsing the rest
  /// Why it cannot be run; empty: it can.
  [[nodiscard]] std::string problem(std::size_t prompt) const;
  [[nodiscard]] std::string_view json(std::size_t prompt) const;
  /// All of them, each line ended.
  [[nodiscard]] const std::string& json_lines() const { return lines_->text; }
  [[nodiscard]] std::string place(std::size_t prompt) const;
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

  /// Memory that they take, in bytes.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Lines {
    PromptPlaces places;
    std::string text;
    std::vector<std::size_t> ends;       // of each line in `text`, behind its newline
    std::vector<std::uint32_t> numbers;  // of each in its source, for its place
  };
  explicit Prompts(std::shared_ptr<const Lines> lines) : lines_(std::move(lines)) {}

  std::shared_ptr<const Lines> lines_;
};

/// Makes prompts, one after the other.
class Prompts::Builder {
 public:
  explicit Builder(PromptPlaces places);
  /// `number`: of its place; kNone: it has none of its own.
  void add(const Prompt& prompt, std::size_t number);
  [[nodiscard]] std::size_t size() const { return lines_->ends.size(); }
  [[nodiscard]] std::string place(std::size_t prompt) const;
  Prompts take();

 private:
  std::shared_ptr<Lines> lines_;
};

}  // namespace hookflow::pipeline
