#include "model/hooks/index_list.hpp"

#include <charconv>
#include <numeric>
#include <set>
#include <string>

#include "model/error.hpp"

namespace hookflow {
namespace {

std::size_t parse_index(std::string_view text, const IndexListPlace& place) {
  std::size_t number = 0;
  const bool from_end = text.starts_with('-');
  const std::string_view digits = text.substr(from_end ? 1 : 0);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const std::string noun(place.noun);
  if (digits.empty() || error == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    throw ModelError("'" + std::string(place.text) + "': '" + std::string(text) + "' is not a " + noun +
                     "; write a number, '*', '0-3' or '0,2,5-7'");
  }
  const std::size_t first = from_end ? 1 : 0;
  if (error == std::errc::result_out_of_range || number < first || number >= place.count + first) {
    throw ModelError("'" + std::string(place.text) + "': " + noun + " " + std::string(text) +
                     " is out of range; the model has " + std::to_string(place.count) + " " + noun + "s, 0-" +
                     std::to_string(place.count - 1));
  }
  return from_end ? place.count - number : number;
}

}  // namespace

std::vector<std::size_t> parse_index_list(std::string_view list, const IndexListPlace& place) {
  if (list == "*") {
    std::vector<std::size_t> all(place.count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  std::set<std::size_t> chosen;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view item = list.substr(0, comma);
    const std::size_t dash = item.find('-', 1);
    const std::size_t first = parse_index(item.substr(0, dash), place);
    const std::size_t last = dash == item.npos ? first : parse_index(item.substr(dash + 1), place);
    if (last < first) {
      throw ModelError("'" + std::string(place.text) + "': the range '" + std::string(item) +
                       "' runs backwards");
    }
    for (std::size_t index = first; index <= last; ++index) {
      chosen.insert(index);
    }
    if (comma == list.npos) {
      return {chosen.begin(), chosen.end()};
    }
    list.remove_prefix(comma + 1);
  }
}

}  // namespace hookflow
