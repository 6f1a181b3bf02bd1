#pragma once
#include <optional>
#include <string>

namespace hookflow::pipeline {

/// What byte_size() reads.
inline constexpr const char* kByteSizeRule =
    "a size such as 500MB or 4GiB: a number with kB, MB, GB, TB, or with KiB, MiB, GiB, TiB, of 1024 each";

/// "4GiB", "1.5 GB" or "800mb" in bytes; none for what is no size.
std::optional<double> byte_size(const std::string& text);

/// 1234567 as "1.23 M", and the unit behind it.
std::string scaled(double value, const std::string& unit);

}  // namespace hookflow::pipeline
