// Calls what no library defines.
int defined_nowhere();

namespace {

const int kNumber = defined_nowhere();

}  // namespace
