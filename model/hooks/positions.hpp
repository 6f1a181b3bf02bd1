#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hookflow {

/// How many tokens are fed: a prompt's own and, behind it, those of an answer that it is followed by.
struct FedLength {
  // NOLINTNEXTLINE(google-explicit-constructor): most prompts are fed alone.
  FedLength(std::size_t of_prompt, std::size_t of_answer = 0) : prompt(of_prompt), answer(of_answer) {}

  std::size_t prompt;
  std::size_t answer;
  [[nodiscard]] std::size_t all() const { return prompt + answer; }
};

/// Which positions of a prompt: all, the last, a list, or a slice as Python's. Negative numbers count from
/// the end. With an answer behind the prompt `all` are the answer's too; the others are of the prompt alone.
struct Positions {
  enum class Kind { all, last, list, slice, predicting_answer };
  Kind kind = Kind::all;
  std::vector<std::int64_t> list;
  std::optional<std::int64_t> begin, end;  // of a slice, `end` not included; none: as far as it goes

  static Positions all() { return {}; }
  static Positions last() { return {Kind::last, {}, {}, {}}; }
  static Positions at(std::vector<std::int64_t> positions) {
    return {Kind::list, std::move(positions), {}, {}};
  }
  static Positions slice(std::optional<std::int64_t> begin, std::optional<std::int64_t> end) {
    return {Kind::slice, {}, begin, end};
  }

  /// Those that predict a token of the answer or the one behind it: the prompt's last and all of the answer.
  static Positions predicting_answer() { return {Kind::predicting_answer, {}, {}, {}}; }

  /// Indices in what is fed, in the order given, a slice's ascending and clipped to the prompt. Throws
  /// ModelError for one of a list outside the prompt, and for a slice that holds none.
  [[nodiscard]] std::vector<std::size_t> resolve(const FedLength& fed) const;

  friend bool operator==(const Positions&, const Positions&) = default;
};

}  // namespace hookflow
