#include "stages/measure/numbers.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "stages/subject/token_id.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

constexpr std::int64_t kMissing = -1;
constexpr const char* kPercent = "percent";

bool is_token(const Variable& variable) { return variable.units == kTokenId; }

float stored_as(double number, float /*type*/) {
  const auto stored = static_cast<float>(number);
  if (std::isinf(stored) && std::isfinite(number))
    throw PromptFailure("the measured value, " + shown_number(number) + ", is too large for a 32-bit float");
  return stored;
}
double stored_as(double number, double /*type*/) { return number; }
std::int64_t stored_as(double number, std::int64_t /*type*/) {
  if (std::isnan(number)) return kMissing;
  if (number < 0)
    throw std::logic_error("a whole number that is stored is negative: " + std::to_string(number));
  return std::llround(number);
}

}  // namespace

void add_missing(std::vector<double>& numbers, std::size_t cells) {
  numbers.insert(numbers.end(), cells, std::numeric_limits<double>::quiet_NaN());
}

Variable change_of(const Variable& variable, const std::string& from) {
  Variable change = variable;
  if (is_token(variable)) {
    change.name += "_changed";
    change.long_name = "1 where the " + variable.long_name + " differs from the " + from + " pass, else 0";
    change.units = "1";
    return change;
  }
  if (variable.dtype == Dtype::int64) change.dtype = Dtype::float64;
  if (variable.units == kPercent) change.units = "percentage points";
  change.name += "_change";
  change.long_name = "change from the " + from + " pass: " + variable.long_name;
  change.zero_is_neutral = true;
  return change;
}

double change(const Variable& variable, double now, double before) {
  if (!is_token(variable) || std::isnan(now)) return now - before;
  return now == before ? 0 : 1;
}

std::vector<Column> columns_for(std::span<const Variable> variables, std::size_t passes) {
  std::vector<Column> columns;
  for (const Variable& variable : variables) {
    Column& column = columns.emplace_back(std::vector<double>());
    if (variable.dtype == Dtype::float32) column = std::vector<float>();
    if (variable.dtype == Dtype::int64) column = std::vector<std::int64_t>();
    std::visit([&](auto& cells) { cells.reserve(passes * cell_count(variable.axes)); }, column);
  }
  return columns;
}

void append(std::span<const double> numbers, Column& column) {
  std::visit(
      [&]<typename Cell>(std::vector<Cell>& cells) {
        for (const double number : numbers) cells.push_back(stored_as(number, Cell{}));
      },
      column);
}

}  // namespace hookflow::stages
