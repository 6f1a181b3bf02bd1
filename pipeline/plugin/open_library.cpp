#include "pipeline/plugin/open_library.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <exception>
#include <iostream>
#include <string>

#include "pipeline/error.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/plugin/thrown.hpp"

namespace hookflow::pipeline {
namespace {

std::string begin_of_message;  // for a handler, which takes no arguments

[[noreturn]] void tell_and_exit() {
  std::cerr << "hookflow: " << begin_of_message
            << "the plugin throws while it is loaded: " << thrown_text(std::current_exception()) << std::endl;
  std::_Exit(exit_code::kInput);
}

/// dlopen is declared to throw nothing, so that what a plugin throws would pass through its caller or not as
/// the compiler happens to lay that out. Called by a pointer that may throw, it ends here in any build.
void* open_or_terminate(const char* path) noexcept {
  void* (*const volatile open)(const char*, int) = ::dlopen;
  // Missing symbols are found missing now; what libraries define stays their own.
  return open(path, RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

void open_library(const std::filesystem::path& path, const std::string& where) {
  begin_of_message = where;
  const std::terminate_handler before = std::set_terminate(tell_and_exit);
  const void* library = open_or_terminate(path.c_str());
  std::set_terminate(before);
  if (library != nullptr) return;
  std::string why = ::dlerror();
  const std::string path_again = path.string() + ": ";
  if (why.starts_with(path_again)) why.erase(0, path_again.size());
  throw InputError(where + "the plugin cannot be loaded: " + why);
}

}  // namespace hookflow::pipeline
