#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hookflow {

/// Positions of one prompt by a name for what stands there, ascending.
using NamedPositions = std::map<std::string, std::vector<std::size_t>>;

/// How a prompt is fed, as far as that decides where positions are: how many tokens, its own and, behind
/// them, those of an answer that it is followed by.
struct FedPrompt {
  // NOLINTNEXTLINE(google-explicit-constructor): most prompts are fed alone.
  FedPrompt(std::size_t of_prompt, std::size_t of_answer = 0,
            std::shared_ptr<const NamedPositions> names = nullptr)
      : prompt(of_prompt), answer(of_answer), named(std::move(names)) {}

  std::size_t prompt;
  std::size_t answer;
  std::shared_ptr<const NamedPositions> named;  // none: nobody asks for any

  [[nodiscard]] std::size_t all() const { return prompt + answer; }
  [[nodiscard]] FedPrompt without_answer() const { return {prompt, 0, named}; }

  friend std::strong_ordering operator<=>(const FedPrompt& a, const FedPrompt& b);
  friend bool operator==(const FedPrompt& a, const FedPrompt& b) { return (a <=> b) == 0; }
};

/// Which positions of a prompt: all, the last, a list, a slice as Python's, or those of a name. Negative
/// numbers count from the end. With an answer behind the prompt `all` are the answer's too; the others are of
/// the prompt alone.
struct Positions {
  enum class Kind { all, last, list, slice, predicting_answer, named, each };
  Kind kind = Kind::all;
  std::vector<std::int64_t> list{};
  std::optional<std::int64_t> begin{}, end{};  // of a slice, `end` not included; none: as far as it goes
  std::string name{};                          // that each prompt knows

  static Positions all() { return {}; }
  static Positions last() { return {Kind::last}; }
  static Positions at(std::vector<std::int64_t> positions) { return {Kind::list, std::move(positions)}; }
  static Positions slice(std::optional<std::int64_t> begin, std::optional<std::int64_t> end) {
    return {Kind::slice, {}, begin, end};
  }
  static Positions of_name(std::string name) { return {Kind::named, {}, {}, {}, std::move(name)}; }
  /// That one, which shorter prompts lack.
  static Positions where_there(std::int64_t position) { return {Kind::each, {position}}; }

  /// Those that predict a token of the answer or the one behind it: the prompt's last and all of the answer.
  static Positions predicting_answer() { return {Kind::predicting_answer}; }

  /// Indices in what is fed, in the order given, a slice's ascending and clipped to the prompt. Throws
  /// ModelError for one of a list outside the prompt, and for a slice that holds none; std::logic_error for a
  /// name that the prompt does not know.
  [[nodiscard]] std::vector<std::size_t> resolve(const FedPrompt& fed) const;

  friend bool operator==(const Positions&, const Positions&) = default;
};

}  // namespace hookflow
