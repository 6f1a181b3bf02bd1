// Built without the package, and tells when its code runs.
#include <cstdio>

namespace {

const int kTold = std::fputs("the library's code runs\n", stderr);

}  // namespace
