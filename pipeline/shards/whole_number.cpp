#include "pipeline/shards/whole_number.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {

std::optional<std::size_t> whole_number(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? number : std::numeric_limits<std::size_t>::max();
}

std::string quoted_value(std::string_view text) { return "'" + cut_to_columns(one_line(text), 40) + "'"; }

}  // namespace hookflow::pipeline
