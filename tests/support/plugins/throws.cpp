// Throws before it has registered anything.
#include <stdexcept>

namespace {

bool register_all() { throw std::runtime_error("the licence has expired"); }

const bool kAll = register_all();

}  // namespace
