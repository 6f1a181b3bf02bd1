#include "model/hooks/positions.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "model/error.hpp"

namespace hookflow {
namespace {

std::vector<std::size_t> counted(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> positions(end - begin);
  std::iota(positions.begin(), positions.end(), begin);
  return positions;
}

// Where a slice's bound lies in a prompt of `length` tokens.
std::size_t clipped(std::int64_t bound, std::int64_t length) {
  return static_cast<std::size_t>(std::clamp(bound < 0 ? bound + length : bound, std::int64_t{0}, length));
}

std::vector<std::size_t> slice_of(const Positions& slice, std::size_t length) {
  const auto count = static_cast<std::int64_t>(length);
  const std::size_t begin = slice.begin ? clipped(*slice.begin, count) : 0;
  const std::size_t end = slice.end ? clipped(*slice.end, count) : length;
  if (begin >= end) {
    const auto bound = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
    throw ModelError("positions " + bound(slice.begin) + ":" + bound(slice.end) +
                     " select nothing in a prompt of " + std::to_string(length) + " tokens");
  }
  return counted(begin, end);
}

std::vector<std::size_t> list_of(const Positions& positions, std::size_t length) {
  const auto count = static_cast<std::int64_t>(length);
  std::vector<std::size_t> resolved;
  for (const std::int64_t position : positions.list) {
    if (position < -count || position >= count) {
      throw ModelError("position " + std::to_string(position) + " is outside a prompt of " +
                       std::to_string(count) + " tokens; must be 0 to " + std::to_string(count - 1) +
                       " or, from the end, -1 to " + std::to_string(-count));
    }
    resolved.push_back(static_cast<std::size_t>(position < 0 ? position + count : position));
  }
  return resolved;
}

}  // namespace

std::strong_ordering operator<=>(const FedPrompt& a, const FedPrompt& b) {
  const auto lengths = std::pair(a.prompt, a.answer) <=> std::pair(b.prompt, b.answer);
  if (lengths != 0 || a.named == b.named) return lengths;
  static const NamedPositions kNone;
  return (a.named ? *a.named : kNone) <=> (b.named ? *b.named : kNone);
}

std::vector<std::size_t> Positions::resolve(const FedPrompt& fed) const {
  switch (kind) {
    case Kind::all:
      return counted(0, fed.all());
    case Kind::predicting_answer:
      return counted(fed.prompt - 1, fed.all());
    case Kind::last:
      return {fed.prompt - 1};
    case Kind::slice:
      return slice_of(*this, fed.prompt);
    case Kind::list:
      return list_of(*this, fed.prompt);
    case Kind::named:
      if (!fed.named || !fed.named->contains(name))
        throw std::logic_error("no positions are known as " + name);
      return fed.named->at(name);
    case Kind::each:
      if (static_cast<std::size_t>(list.front()) >= fed.prompt) return {};
      return {static_cast<std::size_t>(list.front())};
  }
  throw std::logic_error("positions of no kind");
}

}  // namespace hookflow
