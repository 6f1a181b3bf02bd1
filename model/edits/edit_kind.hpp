#pragma once
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"
#include "model/memory/tensor.hpp"

namespace hookflow {

inline constexpr float kNoScalar = std::numeric_limits<float>::quiet_NaN();

/// A place that is edited, as far as it decides what can be put there.
struct EditPlace {
  HookKind kind = HookKind::embed;
  bool one_head = false;  // not the place as a whole
  std::optional<std::size_t>
      columns;  // cells a position; none: a prompt's length decides, which is not known
};

/// `length`: the prompt's, where it is known.
EditPlace edit_place(HookKind kind, bool one_head, const Config& config,
                     std::optional<std::size_t> length = {});

/// Rows of one sequence at a place that are edited, of one head or of the place as a whole.
struct EditedRows {
  std::span<const std::size_t> rows;  // of the block
  View original;                      // what the block held before any edit; it may be the block itself
  MutableView block;                  // (rows, columns)
  // For a kind that puts in what comes from outside of the pass: that, for each of the rows.
  std::span<const std::span<const float>> given{};
};

/// What takes an activation's place: one kind of edit, with its argument. Each kind is one file of this
/// folder, which registers it.
class EditKind {
 public:
  EditKind() = default;
  EditKind(const EditKind&) = delete;
  EditKind& operator=(const EditKind&) = delete;
  virtual ~EditKind() = default;

  /// Whether it depends on rows other than those that it edits.
  [[nodiscard]] virtual bool reads_all_rows() const { return false; }
  /// Whether it takes each head by itself, also where the place is edited as a whole.
  [[nodiscard]] virtual bool head_by_head() const { return false; }
  /// Whether it puts in what comes from outside of the pass, which may differ from prompt to prompt.
  [[nodiscard]] virtual bool takes_given() const { return false; }
  /// Whether a pattern with it can look at keys behind the query: what is not zero there fills them, too.
  [[nodiscard]] virtual bool shows_hidden_keys() const { return known_scalar() != 0; }
  /// Whether queries see the keys that it edits no more.
  [[nodiscard]] virtual bool hides_keys() const { return false; }
  /// The scalar that it puts in, where that is known beforehand.
  [[nodiscard]] virtual float known_scalar() const { return kNoScalar; }
  /// What keeps it from being made at a place.
  [[nodiscard]] virtual std::optional<std::string> problem_at(const EditPlace& /*place*/) const { return {}; }
  /// Edits the rows. Returns the scalar that was put in, kNoScalar where it is none.
  virtual float edit(const EditedRows& at) const = 0;
};

/// Puts one value everywhere, and returns it.
float fill_rows(float value, const EditedRows& at);

/// What is wrong with a vector of so many numbers that a kind is to put at each position; nothing where it is
/// as long as a position has cells, or that is not known.
std::optional<std::string> length_problem(const std::string& key, std::size_t numbers,
                                          const EditPlace& place);

/// What stands behind a kind's key in a workflow: nothing, a number, a word or a name, numbers, positions, or
/// names.
using EditArgument =
    std::variant<std::monostate, float, std::string, std::vector<float>, Positions, std::vector<std::string>>;

struct EditWord {
  std::string word;
  std::string meaning;
};

/// A key that may stand beside the kind's, or in its map.
struct EditOption {
  std::string name;
  EditArgument type;  // of its value
  std::string meaning;
  std::vector<EditWord> words{};  // those that a word may be; none: it is a name
  bool required = false;
};
/// The options that are given.
using EditSettings = std::map<std::string, EditArgument>;
/// One that is a number.
float number_of(const EditSettings& settings, const std::string& name, float otherwise);

/// How a kind is written in a workflow, and made of what is written.
struct EditSyntax {
  std::string key;
  std::vector<EditArgument> arguments;  // only their types count: each that the kind takes
  std::function<std::shared_ptr<const EditKind>(const EditArgument&, const EditSettings&)> make;
  std::vector<EditWord> words{};  // those that a word may be; none: it is a name
  std::vector<EditOption> options{};
  bool is_map = false;  // the options are its argument: {noise: {std: 3, seed: 1}}

  /// Whether it is made of such an argument: of its type and, where there are words, one of them.
  [[nodiscard]] bool takes(const EditArgument& argument) const;

  /// `zero`; `{value: x}`, `{value: [x, ...]}`; `{mean: head}`, `{mean: positions}`; `{from: NAME}`.
  [[nodiscard]] std::vector<std::string> forms() const;

 private:
  [[nodiscard]] std::string map_form() const;
};

/// What a kind has beside its arguments.
struct EditExtras {
  std::vector<EditWord> words{};
  std::vector<EditOption> options{};
  bool is_map = false;
};

/// Adds a kind to those that can be named. Throws std::logic_error for a key that is taken.
bool register_edit_kind(EditSyntax syntax);
/// Adds another way to write the kind of that key, which another file registers, before or after: arguments
/// of another type, or other words.
bool register_edit_form(EditSyntax syntax);

/// How `Kind` is written, which is made of nothing, or of one of the Arguments, and of the options that are
/// given, if it takes them.
template <typename Kind, typename... Argument>
EditSyntax syntax_of(std::string key, EditExtras extras) {
  const auto make = [](const EditArgument& argument, const EditSettings& settings) {
    return std::visit(
        [&]<typename Given>(const Given& given) -> std::shared_ptr<const EditKind> {
          if constexpr ((std::same_as<Given, Argument> || ...)) {
            if constexpr (std::constructible_from<Kind, Given, EditSettings>)
              return std::make_shared<Kind>(given, settings);
            else
              return std::make_shared<Kind>(given);
          } else if constexpr (sizeof...(Argument) == 0 && std::same_as<Given, std::monostate>) {
            if constexpr (std::constructible_from<Kind, EditSettings>)
              return std::make_shared<Kind>(settings);
            else
              return std::make_shared<Kind>();
          } else {
            throw std::logic_error("a kind of edit is made of what it does not take");
          }
        },
        argument);
  };
  std::vector<EditArgument> arguments = {EditArgument(Argument())...};
  if (arguments.empty()) arguments.emplace_back();
  return {std::move(key),          std::move(arguments),      make,
          std::move(extras.words), std::move(extras.options), extras.is_map};
}

template <typename Kind, typename... Argument>
bool register_edit_kind(std::string key, EditExtras extras = {}) {
  return register_edit_kind(syntax_of<Kind, Argument...>(std::move(key), std::move(extras)));
}
/// `extras.options`: those of the kind stay.
template <typename Kind, typename... Argument>
bool register_edit_form(std::string key, EditExtras extras = {}) {
  return register_edit_form(syntax_of<Kind, Argument...>(std::move(key), std::move(extras)));
}

/// Throws UnknownName for a key that no kind has.
const EditSyntax& edit_syntax(const std::string& key);
bool is_edit_kind(const std::string& key);
/// Whether the key alone is a kind.
bool stands_alone(const std::string& key);
/// Every kind, the plainest arguments first.
std::vector<EditSyntax> all_edit_kinds();
/// Every form of every kind, in that order.
std::vector<std::string> edit_forms();
/// Completes "must be ..." with every form.
std::string edit_rule();

}  // namespace hookflow
