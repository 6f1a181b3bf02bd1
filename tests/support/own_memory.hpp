#pragma once

namespace hookflow::test {

/// Whether what a run takes in memory says something of hookflow.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kMemoryIsTheProgramsOwn = false;  // most is the sanitizer's
#else
inline constexpr bool kMemoryIsTheProgramsOwn = true;
#endif

}  // namespace hookflow::test
