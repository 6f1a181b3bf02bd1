#include <filesystem>
#include <iostream>
#include <optional>

#include "pipeline/command/after_run.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/command/session_command.hpp"
#include "pipeline/command/share_options.hpp"
#include "pipeline/command/stored_plan.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/session/execute.hpp"
#include "pipeline/shards/next_phase.hpp"
#include "pipeline/shards/share_layout.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

PlannedRun plan_of(const std::string& path, const Options& options) {
  StoredInputs inputs = read_stored_inputs(std::filesystem::path(path), subject_type().place_name);
  if (!inputs.share.empty())
    throw InputError(
        path + ": has share " + inputs.share +
        " of a run; it goes on with the command that began it: " + how_share_goes_on(inputs.command_line));
  return stored_plan(std::move(inputs), path, options.find<std::string>("model"));
}

/// Does a share of what comes behind results over all prompts, which the file has.
int resume_share(const std::string& path, const Share& share, const Options& options, SessionOptions session,
                 std::vector<std::string> words) {
  PlannedRun planned = plan_of(path, options);
  RunStore whole = RunStore::open_to_read(path, planned.layout, run_identity(planned.plan, {}));
  const std::optional<std::size_t> phase = next_phase(planned.plan, whole, path);
  if (!phase) {
    std::cerr << path << ": is complete already; nothing to share out\n";
    return exit_code::kDone;
  }
  session.waits_for = take_share(planned, share, *phase);
  session.run.earlier = &whole;
  Target target{share_path(path, share, *phase),           true, false, std::move(words), {},
                base_identity(planned.plan, whole, *phase)};
  return run_and_then(options, target.path,
                      [&] { return execute(std::move(planned), std::move(target), session); });
}

int resume(const std::vector<std::string>& arguments) {
  Options options("resume FILE.h5 [options]",
                  "Continues a stopped run from its file, which holds the workflow and the prompts.",
                  "resume head_sweep.h5 --threads 8");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.add()("model", po::value<std::string>()->value_name("MODEL"),
                "where the model is now, if it has moved");
  add_share_options(options);
  add_session_options(options);
  add_after_run_options(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  const SessionOptions session = session_options(options);
  const std::optional<Share> share = asked_share(options);
  return guarded(session, [&] {
    if (share) {
      std::vector<std::string> words = {"resume"};
      words.insert(words.end(), arguments.begin(), arguments.end());
      return resume_share(path, *share, options, session, std::move(words));
    }
    return run_and_then(options, path, [&] {
      return execute(plan_of(path, options), {path, true, false, {}}, session);
    });
  });
}

const bool kResume = register_command({"resume", "continue a stopped run", resume});

}  // namespace
}  // namespace hookflow::pipeline
