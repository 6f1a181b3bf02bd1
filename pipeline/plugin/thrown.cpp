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
    return "what it threw is no std::exception";
  }
}

void rethrow_of_stage(const std::string& id, const std::string& stage) {
  const std::string origin = origin_text(stage);
  if (origin.empty()) throw;
  const std::string text =
      "stage '" + id + "' (" + stage + origin + ") failed: " + thrown_text(std::current_exception());
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const UsageError&) {
    throw UsageError(text);
  } catch (const InputError&) {
    throw InputError(text);
  } catch (...) {
    throw std::runtime_error(text);
  }
}

}  // namespace hookflow::pipeline
