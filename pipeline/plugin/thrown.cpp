#include "pipeline/plugin/thrown.hpp"

#include <new>
#include <stdexcept>

#include "pipeline/error.hpp"
#include "pipeline/plugin/plugins.hpp"

namespace hookflow::pipeline {

std::string thrown_text(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

void rethrow_of_stage(const std::string& id, const std::string& stage) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const UsageError&) {
    throw;
  } catch (const InputError&) {
    throw;
  } catch (...) {
    throw std::runtime_error("stage '" + id + "' (" + stage + origin_text(stage) +
                             ") throws: " + thrown_text(std::current_exception()));
  }
}

}  // namespace hookflow::pipeline
