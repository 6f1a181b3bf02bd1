#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace hookflow::pipeline {

/// In the file, but for `elsewhere`: of a share of a run, what another share has to do.
enum class PartState : std::uint8_t { pending = 0, done = 1, failed = 2, elsewhere = 3 };

struct Failure {
  std::size_t prompt = 0;
  std::string stage;
  std::string reason;
  friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace hookflow::pipeline
