// Throws what is no exception.
namespace {

bool register_all() { throw 1; }

const bool kAll = register_all();

}  // namespace
