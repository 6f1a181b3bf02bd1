#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <thread>

#include "pipeline/command.hpp"
#include "pipeline/dry_run.hpp"
#include "pipeline/error.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/options.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/provenance.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

// The first signal asks the run to stop; a second one ends it there and then, which the file survives.
extern "C" void handle_signal(int signal) {
  if (stop_requested.exchange(true)) std::_Exit(128 + signal);
  stop_signal = signal;
}

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = handle_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow further is a write error like any other
}

std::size_t thread_count(const Options& options) {
  const int threads = options.get_or("threads", static_cast<int>(std::thread::hardware_concurrency()));
  if (threads < 1 || threads > 4096) {
    throw UsageError("--threads " + std::to_string(threads) + ": must be 1 to 4096");
  }
  return static_cast<std::size_t>(threads);
}

/// The workflow as the command line wants it.
WorkflowSpec read_spec(const Options& options) {
  WorkflowSpec spec =
      read_workflow(options.required("workflow"), options.get_or("set", std::vector<std::string>()));
  if (options.has("model")) {
    spec.model = options.get<std::string>("model");
    spec.model_place = "--model";
  }
  return spec;
}

/// What to say of failed prompts: the first few, with their reasons.
void print_failures(const Plan& plan, const std::vector<Failure>& failures) {
  constexpr std::size_t kShown = 10;
  std::cerr << failures.size() << " of " << plan.prompts.size() << " prompts failed\n";
  for (std::size_t i = 0; i < std::min(kShown, failures.size()); ++i) {
    std::cerr << "  prompt '" << plan.prompts[failures[i].prompt].id << "', stage '" << failures[i].stage
              << "': " << failures[i].reason << "\n";
  }
  if (failures.size() > kShown) std::cerr << "  ... `hookflow inspect` lists all\n";
}

/// Runs a plan into a file. Returns the exit code.
int execute(Plan& plan, RunStore& store, const std::filesystem::path& path, const RunOptions& options,
            bool quiet) {
  Monitor monitor(plan.stages.size());
  {
    const Progress progress(monitor, quiet);
    run_units(plan, store, options, monitor, stop_requested);
  }
  const std::vector<Failure> failures = store.failures();
  if (stop_requested) {
    std::cerr << "hookflow: stopped by signal " << stop_signal << "; go on with: hookflow run ... --out "
              << path.string() << " --resume\n";
    return 128 + stop_signal;
  }
  if (options.fail_fast && !failures.empty()) {
    print_failures(plan, failures);
    return exit_code::kPromptsFailed;
  }
  run_folds(plan, store, monitor);
  store.finish({{"ended_utc", utc_now()}});
  if (!quiet) print_stage_times(plan, monitor);
  if (!failures.empty()) {
    print_failures(plan, failures);
    return exit_code::kPromptsFailed;
  }
  return exit_code::kDone;
}

/// A complete file is left as it is. Returns the exit code of the run that made it.
int tell_complete(const Plan& plan, const RunStore& store, const std::filesystem::path& path, bool quiet) {
  const std::vector<Failure> failures = store.failures();
  if (!quiet) std::cerr << path.string() << ": is complete already; nothing to do\n";
  if (failures.empty()) return exit_code::kDone;
  print_failures(plan, failures);
  return exit_code::kPromptsFailed;
}

int run(const std::vector<std::string>& arguments) {
  Options options("run WORKFLOW.yaml [options]", "Runs a workflow and leaves its results in one HDF5 file.");
  options.positional("workflow", 1, "the workflow file");
  options.add()("model", po::value<std::string>(),
                "model instead of the workflow's: built-in name, directory, or name in "
                "the Hugging Face cache")("out,o", po::value<std::string>(),
                                          "the run file; default: the workflow's name and .h5, here")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "a.b=value: set a key of the workflow; may be repeated")(
      "threads,j", po::value<int>(), "threads; default: one a core. Results do not depend on it")(
      "resume", "go on where a stopped run of the same workflow left its file")(
      "force", "replace the file if it exists")("fail-fast", "stop at the first prompt that fails")(
      "quiet,q", "no progress and no summary")("dry-run,n", "say what would be done, and do nothing");
  if (!options.parse(arguments)) return exit_code::kDone;
  if (options.has("resume") && options.has("force"))
    throw UsageError("--resume and --force exclude each other");

  WorkflowSpec spec = read_spec(options);
  const std::filesystem::path path = options.get_or("out", spec.name + ".h5");
  const bool resume = options.has("resume");
  RunOptions run_options;
  run_options.threads = thread_count(options);
  run_options.fail_fast = options.has("fail-fast");

  Plan plan = make_plan(std::move(spec));
  if (options.has("dry-run")) {
    print_dry_run(plan, std::cout);
    return exit_code::kDone;
  }
  if (std::filesystem::is_directory(path))
    throw InputError(path.string() + ": is a directory, not a run file");
  if (std::filesystem::exists(path) && !resume && !options.has("force")) {
    throw InputError(path.string() + ": the file exists; --force replaces it, --resume goes on with it");
  }
  install_signal_handlers();
  plan.prepare();
  // Hashing a large model takes longer than its first results: it runs beside them, until the first commit.
  std::future<Identity> identity = std::async(std::launch::async, [&plan] { return run_identity(plan); });
  std::vector<std::string> words = {"run"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const bool goes_on = resume && std::filesystem::exists(path);
  const Identity known = goes_on ? identity.get() : open_identity(plan);
  RunStore store =
      goes_on ? RunStore::open(path, plan.layout, known)
              : RunStore::create(path, plan.layout, known, run_provenance(plan, run_options.threads, words),
                                 options.has("force"));
  run_options.before_commit = [&] { store.set_identity(goes_on ? known : identity.get()); };
  const bool quiet = options.has("quiet");
  const int code = store.complete() ? tell_complete(plan, store, path, quiet)
                                    : execute(plan, store, path, run_options, quiet);
  if (code == exit_code::kDone || code == exit_code::kPromptsFailed) std::cout << path.string() << "\n";
  return code;
}

int validate(const std::vector<std::string>& arguments) {
  Options options("validate WORKFLOW.yaml [options]",
                  "Checks a workflow against its model and prompts; runs nothing.");
  options.positional("workflow", 1, "the workflow file");
  options.add()("model", po::value<std::string>(), "model instead of the workflow's")(
      "set", po::value<std::vector<std::string>>()->composing(), "a.b=value: set a key of the workflow");
  if (!options.parse(arguments)) return exit_code::kDone;
  const Plan plan = make_plan(read_spec(options));
  std::cout << plan.spec.file << ": valid; " << plan.stages.size() << " stages, " << plan.prompts.size()
            << (plan.prompts.size() == 1 ? " prompt" : " prompts") << ", model " << plan.spec.model << "\n";
  return exit_code::kDone;
}

const bool kRun = register_command({"run", "run a workflow into an HDF5 file", run});
const bool kValidate = register_command({"validate", "check a workflow without running it", validate});

}  // namespace
}  // namespace hookflow::pipeline
