#include "model/hooks/positions.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "model/error.hpp"

namespace hookflow {
namespace {

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
                     " are none in a prompt of " + std::to_string(length) + " tokens");
  }
  std::vector<std::size_t> resolved(end - begin);
  std::iota(resolved.begin(), resolved.end(), begin);
  return resolved;
}

}  // namespace

std::vector<std::size_t> Positions::resolve(std::size_t length) const {
  if (kind == Kind::last) {
    return {length - 1};
  }
  if (kind == Kind::slice) {
    return slice_of(*this, length);
  }
  std::vector<std::size_t> resolved(kind == Kind::all ? length : list.size());
  if (kind == Kind::all) {
    std::iota(resolved.begin(), resolved.end(), std::size_t{0});
    return resolved;
  }
  const auto count = static_cast<std::int64_t>(length);
  std::transform(list.begin(), list.end(), resolved.begin(), [count](std::int64_t position) {
    if (position < -count || position >= count) {
      throw ModelError("position " + std::to_string(position) + " is outside a prompt of " +
                       std::to_string(count) + " tokens, 0 to " + std::to_string(count - 1) +
                       " or, from the end, -1 to " + std::to_string(-count));
    }
    return static_cast<std::size_t>(position < 0 ? position + count : position);
  });
  return resolved;
}

}  // namespace hookflow
