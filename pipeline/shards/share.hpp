#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// More shards than a scheduler has tasks.
inline constexpr std::size_t kMostShards = 1'000'000;

/// One of the equal shares that a run is cut into, as users write it.
struct Share {
  std::size_t number = 1;  // 1 to count
  std::size_t count = 1;
  friend bool operator==(const Share&, const Share&) = default;
};

/// Of the value of --shard, "3/8". Throws UsageError.
Share read_share(std::string_view text);

/// Of the value of --shards, "8". Throws UsageError.
std::size_t read_shard_count(std::string_view text);

/// "3/8", as read_share() takes it.
std::string to_string(const Share& share);

}  // namespace hookflow::pipeline
