#include "pipeline/command/after_run.hpp"

#include <utility>
#include <vector>

#include "pipeline/exit_code.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

// A function, not a global: others register from static initialisers, in any order.
std::vector<AfterRun>& registered() {
  static std::vector<AfterRun> all;
  return all;
}

}  // namespace

bool register_after_run(AfterRun after) {
  registered().push_back(std::move(after));
  return true;
}

void add_after_run_options(Options& options) {
  for (const AfterRun& after : registered())
    options.add()(after.option.c_str(), po::value<std::string>()->implicit_value("")->value_name(after.value),
                  after.doc.c_str());
}

int run_and_then(const Options& options, const std::filesystem::path& run_file,
                 const std::function<int()>& session) {
  std::vector<std::function<void()>> then;
  for (const AfterRun& after : registered())
    if (options.has(after.option))
      then.push_back(after.prepare(run_file, options.get<std::string>(after.option)));
  const int code = session();
  if (code == exit_code::kDone || code == exit_code::kPromptsFailed || code == exit_code::kWaits)
    for (const std::function<void()>& act : then) act();
  return code;
}

}  // namespace hookflow::pipeline
