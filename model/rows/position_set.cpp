#include "model/rows/position_set.hpp"

#include <algorithm>

namespace hookflow {

PositionSet::PositionSet(std::span<const std::size_t> positions) {
  for (const std::size_t position : positions)
    grown_to(position / kBits) |= std::uint64_t{1} << position % kBits;
}

PositionSet PositionSet::range(std::size_t begin, std::size_t end) {
  PositionSet set;
  if (begin >= end) return set;
  const std::size_t last = (end - 1) / kBits;
  for (std::size_t index = last + 1; index-- > begin / kBits;) set.grown_to(index) = ~std::uint64_t{0};
  set.grown_to(begin / kBits) &= ~std::uint64_t{0} << begin % kBits;
  if (end % kBits != 0) set.grown_to(last) &= (std::uint64_t{1} << end % kBits) - 1;
  return set;
}

std::size_t PositionSet::size() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words(); ++i) count += static_cast<std::size_t>(std::popcount(word(i)));
  return count;
}

bool PositionSet::contains(std::size_t position) const {
  return (word(position / kBits) >> position % kBits & 1U) != 0;
}

std::size_t PositionSet::first() const {
  std::size_t index = 0;
  while (word(index) == 0) ++index;
  return index * kBits + static_cast<std::size_t>(std::countr_zero(word(index)));
}

std::size_t PositionSet::end() const {
  if (empty()) return 0;
  return words() * kBits - static_cast<std::size_t>(std::countl_zero(word(words() - 1)));
}

std::vector<std::size_t> PositionSet::positions() const {
  std::vector<std::size_t> positions;
  positions.reserve(size());
  for_each([&](std::size_t position) { positions.push_back(position); });
  return positions;
}

PositionSet& PositionSet::operator|=(const PositionSet& other) {
  for (std::size_t i = other.words(); i-- > 0;) grown_to(i) |= other.word(i);
  return *this;
}

PositionSet& PositionSet::operator&=(const PositionSet& other) {
  low_ &= other.low_;
  for (std::size_t i = 1; i < words(); ++i) (*high_)[i - 1] &= other.word(i);
  drop_empty_words();
  return *this;
}

PositionSet& PositionSet::operator-=(const PositionSet& other) {
  low_ &= ~other.low_;
  for (std::size_t i = 1; i < words(); ++i) (*high_)[i - 1] &= ~other.word(i);
  drop_empty_words();
  return *this;
}

std::uint64_t& PositionSet::grown_to(std::size_t index) {
  if (index == 0) return low_;
  if (!high_) high_ = std::make_unique<Words>();
  if (high_->size() < index) high_->resize(index);
  return (*high_)[index - 1];
}

void PositionSet::drop_empty_words() {
  if (!high_) return;
  while (!high_->empty() && high_->back() == 0) high_->pop_back();
  if (high_->empty()) high_.reset();
}

}  // namespace hookflow
