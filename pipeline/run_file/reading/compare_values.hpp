#pragma once
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/values/array.hpp"

/// What comparing two run files, and a run file with what is planned, have in common.
namespace hookflow::pipeline {

/// "float32 prompt=3 layer=12"
inline std::string shape_text(const Variable& variable) {
  std::string text = variable.dtype == Dtype::int64     ? "int64"
                     : variable.dtype == Dtype::float32 ? "float32"
                                                        : "float64";
  for (const Axis& axis : variable.axes) text += " " + axis.name + "=" + std::to_string(axis.size());
  return text;
}

inline std::string spelled(const std::string& text) { return "'" + text + "'"; }
template <class Value>
std::string spelled(const Value& value) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  text << value;
  return text.str();
}

/// Equal to the bit, but for NaN, of which there is one kind.
template <class Value>
bool same(const Value& a, const Value& b) {
  if constexpr (std::is_floating_point_v<Value>)
    return (a == b && std::signbit(a) == std::signbit(b)) || (std::isnan(a) && std::isnan(b));
  else
    return a == b;
}

/// Infinite where one of the two is no number, and between texts.
template <class Value>
double distance(const Value& a, const Value& b) {
  double apart = std::numeric_limits<double>::quiet_NaN();
  if constexpr (std::is_arithmetic_v<Value>)
    apart = std::abs(static_cast<double>(a) - static_cast<double>(b));
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

/// Two values that are not the same, and which cell has them.
struct UnequalPair {
  std::size_t cell = 0;
  std::string first, second;
};

/// Compares values in the order of their cells: how many differ, the first of those, and the farthest apart.
class UnequalValues {
 public:
  /// The next values of both: vectors, or texts that are made when asked for.
  template <class First, class Second>
  void compare(const First& first, const Second& second) {
    for (std::size_t i = 0; i < first.size(); ++i) add(first[i], second[i]);
  }
  /// The next value of both.
  template <class Value>
  void add(const Value& one, const Value& other) {
    const std::size_t cell = cells_++;
    if (same(one, other)) return;
    const double apart = distance(one, other);
    if (count_++ > 0 && apart <= largest_) return;
    largest_ = apart;
    farthest_ = {cell, spelled(one), spelled(other)};
    if (count_ == 1) first_ = farthest_;
  }
  [[nodiscard]] std::size_t cells() const { return cells_; }  // that were compared
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double largest() const { return largest_; }  // distance
  [[nodiscard]] const UnequalPair& first() const { return first_; }
  [[nodiscard]] const UnequalPair& farthest() const { return farthest_; }

 private:
  std::size_t cells_ = 0;
  std::size_t count_ = 0;
  double largest_ = 0;
  UnequalPair first_;
  UnequalPair farthest_;
};

/// Compares all values of both.
template <class First, class Second>
UnequalValues unequal_values(const First& first, const Second& second) {
  UnequalValues unequal;
  unequal.compare(first, second);
  return unequal;
}

/// Pairs items by name: calls `both(one, other)`, or `alone(item, is_first)` for one that has no partner.
template <class Item, class Both, class Alone>
void match_by_name(const std::vector<Item>& first, const std::vector<Item>& second, const Both& both,
                   const Alone& alone) {
  std::map<std::string, const Item*> others;
  for (const Item& item : second) others.emplace(item.name, &item);
  for (const Item& item : first) {
    const auto other = others.extract(item.name);
    if (other.empty())
      alone(item, true);
    else
      both(item, *other.mapped());
  }
  for (const Item& item : second)
    if (others.contains(item.name)) alone(item, false);
}

}  // namespace hookflow::pipeline
