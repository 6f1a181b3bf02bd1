#include "pipeline/report/answer/sentence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "pipeline/inspect/spelled_texts.hpp"
#include "pipeline/report/answer/digest.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostLabels = 8;  // of an axis that a sentence goes through
constexpr std::size_t kMostSpelled = 12;
constexpr std::size_t kTextColumns = 120;
constexpr std::size_t kLabelColumns = 40;  // of a label, which is cut

/// Three significant digits, or all of a whole number, with a minus sign.
std::string spoken(double value) {
  std::array<char, 32> text{};
  const bool whole = value == std::floor(value) && std::abs(value) < 1e9;
  std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.3g", value == 0 ? 0.0 : value);
  const std::string digits = text.data();
  return digits.starts_with('-') ? "−" + digits.substr(1) : digits;
}

class Filler {
 public:
  Filler(const SummedVariable& of) : of_(of) {}

  /// `each`: the axis whose label all values have in common, if any.
  std::string fill(std::string_view text, const Digest& found, const std::string& each) const {
    std::string filled;
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      filled += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = end_of(text, open);
      filled += value_of(text.substr(open + 1, close - open - 1), found, each);
      text.remove_prefix(close + 1);
    }
    return filled;
  }

 private:
  static std::size_t end_of(std::string_view text, std::size_t open) {
    std::size_t depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
      if (text[i] == '{') ++depth;
      if (text[i] == '}' && --depth == 0) return i;
    }
    throw std::logic_error("a brace is not closed in the summary '" + std::string(text) + "'");
  }

  [[nodiscard]] std::string value_of(std::string_view word, const Digest& found,
                                     const std::string& each) const {
    if (word.starts_with("each ")) return for_each_label(word.substr(5), found);
    if (word == "ones") return std::to_string(found.ones());
    if (word == "count") return std::to_string(found.count());
    if (word == "largest") return placed(found.top().front(), found, each);
    if (word == "top") return top(found, each);
    if (word == "highest") return placed(found.highest(), found, each);
    if (word == "lowest") return placed(found.lowest(), found, each);
    if (word == "mean") return with_units(found.mean()) + (found.count() > 1 ? " on average" : "");
    if (word == "range") return range(found, each);
    if (word == "commonest") return commonest(found);
    if (word == "texts") return texts();
    throw std::logic_error("a summary has '{" + std::string(word) + "}', which nothing fills");
  }

  [[nodiscard]] std::string for_each_label(std::string_view rest, const Digest& found) const {
    const std::size_t colon = rest.find(": ");
    if (colon == std::string_view::npos)
      throw std::logic_error("a summary has '{each " + std::string(rest) + "}' without ': '");
    const std::string name(rest.substr(0, colon));
    const std::string_view text = rest.substr(colon + 2);
    const auto axis = std::ranges::find(of_.variable.axes, name, &Axis::name);
    if (axis == of_.variable.axes.end() || axis->size() < 2) return fill(text, found, name);
    const std::vector<Digest> by_label = digests(of_.run, of_.group, of_.variable, name);
    std::string all;
    for (std::size_t label = 0; label < std::min(kMostLabels, by_label.size()); ++label)
      if (by_label[label].count() > 0)
        all += (all.empty() ? "" : "; ") + labelled(*axis, label) + ": " + fill(text, by_label[label], name);
    if (by_label.size() > kMostLabels)
      all += "; and " + std::to_string(by_label.size() - kMostLabels) + " more";
    return all;
  }

  [[nodiscard]] std::string range(const Digest& found, const std::string& each) const {
    if (found.lowest().value == found.highest().value) return placed(found.lowest(), found, each);
    return "from " + placed(found.lowest(), found, each) + " to " + placed(found.highest(), found, each);
  }

  [[nodiscard]] std::string top(const Digest& found, const std::string& each) const {
    if (found.lowest().value == found.highest().value) return placed(found.lowest(), found, each);
    std::string text;
    for (const FoundValue& value : found.top())
      text += (text.empty() ? "largest " : ", then ") + placed(value, found, each);
    return text;
  }

  [[nodiscard]] std::string commonest(const Digest& found) const {
    const auto most = found.commonest();
    if (!most) return "many different values";
    if (found.count() == 1) return with_units(most->value);
    const std::string all = std::to_string(found.count());
    if (2 * most->times <= found.count()) return std::to_string(most->different) + " different in " + all;
    return with_units(most->value) + " in " + std::to_string(most->times) + " of " + all;
  }

  [[nodiscard]] std::string texts() const {
    const Variable& variable = of_.variable;
    const auto text_at = spelled_texts(of_.run, of_.view, of_.group,
                                       {variable.name, variable.axes, variable.units, "", h5::Kind::int64});
    const std::vector<Axis> axes(variable.axes.begin(), variable.axes.end() - 1);
    const std::size_t count = cell_count(axes);
    std::string all;
    for (std::size_t cell = 0; cell < std::min(kMostSpelled, count); ++cell) {
      const std::string text = text_at(cell), place = place_of(axes, cell, "");
      if (!text.empty())
        all += (all.empty() ? "" : "; ") + place + (place.empty() ? "" : ": ") + "'" +
               cut_to_columns(text, kTextColumns) + "'";
    }
    return all + (count > kMostSpelled ? "; and " + std::to_string(count - kMostSpelled) + " more" : "");
  }

  /// A value and, unless all are the same, where it is.
  [[nodiscard]] std::string placed(const FoundValue& value, const Digest& found,
                                   const std::string& each) const {
    const std::string text = with_units(value.value);
    if (found.count() == 1) return text;
    if (found.lowest().value == found.highest().value) return text + " everywhere";
    const std::string place = place_of(of_.variable.axes, value.cell, each);
    return text + (place.empty() ? "" : " at ") + place;
  }

  /// The labels of a cell along the axes that have several.
  [[nodiscard]] std::string place_of(const std::vector<Axis>& axes, std::size_t cell,
                                     const std::string& each) const {
    std::string place;
    std::size_t inner = cell_count(axes);
    for (const Axis& axis : axes) {
      inner /= axis.size();
      if (axis.size() > 1 && axis.name != each)
        place += (place.empty() ? "" : ", ") + labelled(axis, cell / inner % axis.size());
    }
    return place;
  }

  [[nodiscard]] std::string labelled(const Axis& axis, std::size_t step) const {
    const std::string label = cut_to_columns(label_of(axis, step), kLabelColumns);
    const auto* numbers = std::get_if<std::vector<std::int64_t>>(&axis.coordinates.labels());
    return axis.name + " " + label +
           (numbers == nullptr ? "" : text_behind(axis.long_name, static_cast<double>((*numbers)[step])));
  }

  [[nodiscard]] std::string with_units(double value) const {
    const std::string& units = of_.variable.units;
    if (const std::string text = text_behind(units, value); !text.empty()) return text.substr(1);
    if (units.starts_with("1/")) return spoken(value) + " " + units.substr(1);
    return spoken(value) + (units.empty() || units == "1" ? "" : " " + units);
  }

  /// " 'text'" that a number stands for, by what it counts; empty where it stands for none.
  [[nodiscard]] std::string text_behind(const std::string& counts, double value) const {
    const TextRows texts = texts_counted_by(of_.view, counts);
    if (!(value >= 0 && value < static_cast<double>(texts.size()))) return {};
    return " '" + texts[static_cast<std::size_t>(value)] + "'";
  }

  const SummedVariable& of_;
};

}  // namespace

std::string filled_sentence(const std::string& text, const SummedVariable& of) {
  const Digest all = digests(of.run, of.group, of.variable).front();
  if (all.count() == 0) return {};
  const std::string filled = Filler(of).fill(text, all, "");
  if (all.infinite() == 0) return filled;
  return filled + "; " + counted(all.infinite(), "more value") + " " + (all.infinite() == 1 ? "is" : "are") +
         " infinite";
}

}  // namespace hookflow::pipeline
