#include "pipeline/shards/share.hpp"

#include <optional>

#include "pipeline/error.hpp"
#include "pipeline/shards/whole_number.hpp"

namespace hookflow::pipeline {
namespace {

bool is_shard_count(std::size_t count) { return count >= 1 && count <= kMostShards; }

std::string count_rule() { return "must be a whole number from 1 to " + std::to_string(kMostShards); }

}  // namespace

Share read_share(std::string_view text) {
  const std::string given = "--shard " + quoted_value(text) + ": ";
  const std::size_t slash = text.find('/');
  const std::optional<std::size_t> number = whole_number(text.substr(0, slash));
  const std::optional<std::size_t> count =
      slash == std::string_view::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  if (!number || !count)
    throw UsageError(given + "must be a shard's number and how many there are, as 3/8, or auto");
  if (!is_shard_count(*count)) throw UsageError(given + "how many shards there are " + count_rule());
  if (*number < 1 || *number > *count)
    throw UsageError(given + "shards are numbered from 1 to how many there are: must be " +
                     to_string(Share{1, *count}) +
                     (*count == 1 ? "" : " to " + to_string(Share{*count, *count})));
  return {*number, *count};
}

std::size_t read_shard_count(std::string_view text) {
  const std::optional<std::size_t> count = whole_number(text);
  if (!count || !is_shard_count(*count))
    throw UsageError("--shards " + quoted_value(text) + ": " + count_rule());
  return *count;
}

std::string to_string(const Share& share) {
  return std::to_string(share.number) + "/" + std::to_string(share.count);
}

}  // namespace hookflow::pipeline
