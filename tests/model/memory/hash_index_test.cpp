#include "model/memory/hash_index.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

// Numbers of things that are told apart by their key, with a hash of our choice.
class Keys {
  auto is(std::uint64_t key) const {
    return [this, key](std::uint32_t number) { return keys_[number] == key; };
  }

 public:
  explicit Keys(std::uint64_t hash_factor) : hash_factor_(hash_factor), index_(kMost) {}

  std::uint32_t put(std::uint64_t key) {
    keys_.push_back(key);
    return index_.put(key * hash_factor_, static_cast<std::uint32_t>(keys_.size() - 1), is(key));
  }
  std::optional<std::uint32_t> find(std::uint64_t key) const {
    return index_.find(key * hash_factor_, is(key));
  }

  static constexpr std::size_t kMost = 300;

 private:
  std::vector<std::uint64_t> keys_;
  std::uint64_t hash_factor_;
  HashIndex index_;
};

TEST(HashIndex, FindsWhatWasPutInHoweverHashesFall) {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15, kAllInTheLastSlot = std::uint64_t{1} << 63U,
                          kAlike = 0;
  for (const std::uint64_t factor : {kSpread, kAllInTheLastSlot, kAlike, std::uint64_t{1}}) {
    Keys keys(factor);
    EXPECT_EQ(keys.find(7), std::nullopt);
    for (std::uint32_t i = 0; i < Keys::kMost; ++i) ASSERT_EQ(keys.put(2 * i), i);
    for (std::uint32_t i = 0; i < Keys::kMost; ++i) {
      ASSERT_EQ(keys.find(2 * i), i);
      ASSERT_EQ(keys.find(2 * i + 1), std::nullopt);
    }
  }
}

TEST(HashIndex, KeepsTheFirstOfTwoThatAreTheSame) {
  Keys keys(1);
  EXPECT_EQ(keys.put(5), 0U);
  EXPECT_EQ(keys.put(6), 1U);
  EXPECT_EQ(keys.put(5), 0U);
  EXPECT_EQ(keys.find(5), 0U);
}

TEST(HashIndex, MayBeForNothing) {
  EXPECT_EQ(HashIndex(0).find(1, [](std::uint32_t) { return true; }), std::nullopt);
}

}  // namespace
}  // namespace hookflow
