#include "model/rows/position_set.hpp"

#include <algorithm>

namespace hookflow {

PositionSet::PositionSet(std::span<const std::size_t> positions) {
  for (const std::size_t position : positions) {
    if (position / kBits >= words_.size()) words_.resize(position / kBits + 1);
    words_[position / kBits] |= std::uint64_t{1} << position % kBits;
  }
}

PositionSet PositionSet::range(std::size_t begin, std::size_t end) {
  PositionSet set;
  if (begin >= end) return set;
  set.words_.assign((end + kBits - 1) / kBits, 0);
  std::fill(set.words_.begin() + static_cast<std::ptrdiff_t>(begin / kBits), set.words_.end(),
            ~std::uint64_t{0});
  set.words_[begin / kBits] &= ~std::uint64_t{0} << begin % kBits;
  if (end % kBits != 0) set.words_.back() &= (std::uint64_t{1} << end % kBits) - 1;
  return set;
}

std::size_t PositionSet::size() const {
  std::size_t count = 0;
  for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

bool PositionSet::contains(std::size_t position) const {
  return position / kBits < words_.size() && (words_[position / kBits] >> position % kBits & 1U) != 0;
}

std::size_t PositionSet::first() const {
  std::size_t word = 0;
  while (words_[word] == 0) ++word;
  return word * kBits + static_cast<std::size_t>(std::countr_zero(words_[word]));
}

std::size_t PositionSet::end() const {
  return empty() ? 0 : words_.size() * kBits - static_cast<std::size_t>(std::countl_zero(words_.back()));
}

std::vector<std::size_t> PositionSet::positions() const {
  std::vector<std::size_t> positions;
  positions.reserve(size());
  for_each([&](std::size_t position) { positions.push_back(position); });
  return positions;
}

PositionSet& PositionSet::operator|=(const PositionSet& other) {
  if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
  for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

PositionSet& PositionSet::operator&=(const PositionSet& other) {
  words_.resize(std::min(words_.size(), other.words_.size()));
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  drop_empty_words();
  return *this;
}

PositionSet& PositionSet::operator-=(const PositionSet& other) {
  for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
    words_[i] &= ~other.words_[i];
  drop_empty_words();
  return *this;
}

void PositionSet::drop_empty_words() {
  while (!words_.empty() && words_.back() == 0) words_.pop_back();
}

}  // namespace hookflow
