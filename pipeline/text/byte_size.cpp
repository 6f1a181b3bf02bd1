#include "pipeline/text/byte_size.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <string_view>

namespace hookflow::pipeline {
namespace {

constexpr std::string_view kPrefixes = "kmgt";

/// Of "kB", "GiB" and so on; none for other words.
std::optional<double> bytes_of_unit(std::string unit) {
  std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t power = unit.empty() ? std::string_view::npos : kPrefixes.find(unit.front());
  if (power == std::string_view::npos) return {};
  const std::string rest = unit.substr(1);
  if (rest != "b" && rest != "ib") return {};
  return std::pow(rest == "b" ? 1000.0 : 1024.0, static_cast<double>(power + 1));
}

}  // namespace

std::optional<double> byte_size(const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  std::istringstream number(text.substr(0, digits));
  std::istringstream word(text.substr(digits));
  double value = 0;
  std::string unit;
  std::string more;
  if (!(number >> value) || !number.eof() || !(word >> unit) || word >> more) return {};
  const auto bytes = bytes_of_unit(unit);
  if (!bytes || value <= 0) return {};
  return value * *bytes;
}

std::string scaled(double value, const std::string& unit) {
  constexpr std::array kSteps = {"", "k", "M", "G", "T", "P"};
  std::size_t step = 0;
  while (value >= 1000 && step + 1 < kSteps.size()) {
    value /= 1000;
    ++step;
  }
  std::ostringstream text;
  text << std::setprecision(3) << value << " " << kSteps[step] << unit;
  return text.str();
}

}  // namespace hookflow::pipeline
