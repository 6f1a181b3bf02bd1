#pragma once
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace hookflow::test {

/// What draws the figures of pages is there by name alone, for tests in which nothing is drawn.
class FakeVega {
 public:
  FakeVega() {
    for (const char* library : {"vega", "vega-lite", "vega-embed"})
      std::ofstream(folder_.path() / (std::string(library) + ".min.js")) << "//";
    ::setenv("HOOKFLOW_VEGA", folder_.path().c_str(), 1);
  }
  FakeVega(const FakeVega&) = delete;
  FakeVega& operator=(const FakeVega&) = delete;
  ~FakeVega() { ::unsetenv("HOOKFLOW_VEGA"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace hookflow::test
