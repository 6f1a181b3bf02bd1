#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "pipeline/command/after_run.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/error.hpp"
#include "pipeline/machine/granted_threads.hpp"
#include "pipeline/merge/merge.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/render/vega_files.hpp"
#include "pipeline/report/page/page_file.hpp"
#include "pipeline/report/report.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/shards/share_layout.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// A folder beside the page, in which shares of a run are put together for as long as it is made.
class MergeFolder {
 public:
  explicit MergeFolder(const fs::path& page) : path_(fs::absolute(page).parent_path() / name()) {
    remove_leftovers();
    std::error_code problem;
    fs::remove_all(path_, problem);  // of another process that had this one's number
    fs::create_directory(path_, problem);
    if (problem)
      throw InputError(path_.parent_path().string() +
                       ": shares cannot be put together there: " + problem.message());
  }
  MergeFolder(const MergeFolder&) = delete;
  MergeFolder& operator=(const MergeFolder&) = delete;
  ~MergeFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static std::string name() { return prefix() + std::to_string(::getpid()); }
  static std::string prefix() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return std::string(".hookflow-report-") + host.data() + "-";
  }
  /// Those of processes of this machine that were killed.
  void remove_leftovers() const {
    std::error_code ignored;
    for (fs::directory_iterator entry(path_.parent_path(), ignored), end; entry != end;
         entry.increment(ignored)) {
      const std::string other = entry->path().filename().string();
      if (!other.starts_with(prefix())) continue;
      const std::optional<std::int64_t> process = parse_id(other.substr(prefix().size()));
      if (process && *process > 0 && ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH)
        fs::remove_all(entry->path(), ignored);
    }
  }

  fs::path path_;
};

/// Throws InputError for a share of what comes behind results over all prompts: those are in the whole file.
void expect_first_phase(const fs::path& share) {
  RunFileView view;
  try {
    view = read_run_file(RunFile(share));
  } catch (const InputError&) {
    return;  // merging leaves it out, and says why
  }
  if (view.phase > 0)
    throw InputError(share.string() +
                     ": is a share of what comes behind results over all prompts; merge it into "
                     "the file that it was cut from, which can be reported on at any time");
}

/// Of what shares of a run have by now.
int report_shares(const std::vector<std::string>& shares, const fs::path& to) {
  std::ranges::for_each(shares, expect_first_phase);
  const MergeFolder folder(to);
  const fs::path whole = folder.path() / whole_path(shares.front()).filename();
  MergeOptions how;
  how.mixed = true;  // the page says of what it is made
  how.threads = granted_threads(cpu_grants()).count;
  if (const Merged merged = merge_shards(whole, shares, how); merged.code >= 128) return merged.code;
  write_page(to, report_page(RunFile(whole)));
  return exit_code::kDone;
}

int report(const std::vector<std::string>& arguments) {
  Options options(
      "report FILE.h5 [options], or report SHARD.h5 SHARD.h5... [options]",
      "Writes what a run came to as one page for a browser, which needs nothing else: the answer in "
      "sentences, figures, tables, and how it was made. Of a run that is not finished, what is there; "
      "so of shares of a run, which are put together for as long as that takes.",
      "report head_sweep.h5 -o sweep.html");
  options.positional("file", 1, "the run file, or a share's", "FILE.h5");
  options.positional("shards", -1, "the files of other shares of the run", "SHARD.h5");
  options.add()("out,o", po::value<std::string>()->value_name("FILE.html"),
                "the page; default: the run file's name with .html; only another report is replaced");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  std::vector<std::string> shares = options.get_or("shards", std::vector<std::string>());
  const fs::path whole = shares.empty() ? fs::path(path) : whole_path(path);
  const fs::path to = options.get_or("out", report_path(whole).string());
  expect_page_file(to);
  if (!shares.empty()) {
    shares.insert(shares.begin(), path);
    return report_shares(shares, to);
  }
  write_page(to, report_page(open_run_file(path, options)));
  return exit_code::kDone;
}

std::function<void()> prepare_report(const std::filesystem::path& run_file, const std::string& value) {
  const std::filesystem::path to = value.empty() ? report_path(run_file) : std::filesystem::path(value);
  find_vega();
  expect_page_file(to);
  return [run_file, to] { write_page(to, report_page(RunFile(run_file))); };
}

const bool kReport = register_command({"report", "write what a run came to as a page for a browser", report});
const bool kAfterRun = register_after_run(
    {"report", "FILE.html",
     "at the end write a report, as `hookflow report` does; --report=FILE.html says where", prepare_report});

}  // namespace
}  // namespace hookflow::pipeline
