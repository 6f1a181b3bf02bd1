// Run files that this program did not leave as they are: of an older format, and rewritten by another tool.
#include <cstdlib>
#include <filesystem>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

// Made by the programs of before: the model of golden/three_heads, two prompts of token ids, every head
// silenced in turn.
TEST_F(Cli, ReadsFilesOfOlderFormatsAndDoesNotGoOnWithThem) {
  for (const std::string format : {"3", "4", "5", "6", "7"}) {
    SCOPED_TRACE(format);
    fs::copy_file(fs::path(HOOKFLOW_SOURCE_DIR) / "tests/support/run_files" / ("format_" + format + ".h5"),
                  folder.path() / "old.h5", fs::copy_options::overwrite_existing);
    const std::string said = succeed({"inspect", "old.h5", "--provenance"});
    for (const std::string& part : {std::string("2 prompts, complete\n"), std::string("  complete: 1\n"),
                                    "  format_version: " + format + "\n", std::string("  ended_utc: 20"),
                                    std::string("  identity_model_sha256: ")})
      EXPECT_NE(said.find(part), std::string::npos) << part << " is not in " << said;
    EXPECT_NE(succeed({"inspect", "old.h5", "scores.log_prob_change", "--top", "1"})
                  .find("\n  second  zero             1     0  target         0.47548"),
              std::string::npos);
    EXPECT_EQ(succeed({"inspect", "old.h5", "--verify"}),
              "old.h5: every stored result matches its checksum\n");
    EXPECT_TRUE(succeed({"diff", "old.h5", "old.h5"}).starts_with("equal: "));
    refuse({"resume", "old.h5"}, 3,
           {"old.h5: has format " + format + ", which this hookflow can read but not resume"});

    std::string damaged = read_file(folder.path() / "old.h5");
    damaged[damaged.find("A file of format " + format)] ^= 1;
    write("old.h5", damaged);
    refuse({"inspect", "old.h5"}, 3, {"old.h5: is not as hookflow left it"});
  }
}

class Rewritten : public Cli {
 protected:
  Rewritten() {
    write("w.yaml", kSweep);
    succeed({"run", "w.yaml", "--out", "whole.h5", "--quiet"});
  }
  static bool has_tool() { return std::system("h5repack --version >/dev/null 2>&1") == 0; }
  void repack(const std::string& how) {
    const std::string file = (folder.path() / "whole.h5").string();
    const std::string to = (folder.path() / "packed.h5").string();
    ASSERT_EQ(std::system(("h5repack " + how + " '" + file + "' '" + to + "' 2>&1").c_str()), 0);
  }
};

TEST_F(Rewritten, IsReadUncheckedWhenAskedTo) {
  if (!has_tool()) GTEST_SKIP() << "no h5repack";
  for (const std::string how : {"-f GZIP=4", "-l CONTI"}) {
    fs::remove(folder.path() / "packed.h5");
    repack(how);
    for (const Words& arguments : {Words{"inspect", "packed.h5"}, Words{"diff", "packed.h5", "whole.h5"},
                                   Words{"resume", "packed.h5"}})
      refuse(arguments, 3, {"packed.h5: ", "h5repack", "--unsealed"});
    refuse({"resume", "packed.h5", "--unsealed"}, 2, {"--unsealed"});

    const auto unsealed = [&](Words arguments) {
      arguments.emplace_back("--unsealed");
      const Outcome outcome = run(arguments);
      EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
      EXPECT_NE(outcome.err.find("packed.h5: unchecked, as --unsealed asks"), std::string::npos)
          << outcome.err;
      return outcome.out;
    };
    EXPECT_EQ(unsealed({"inspect", "packed.h5", "scores", "--rows", "100"}),
              succeed({"inspect", "whole.h5", "scores", "--rows", "100"}));
    std::string said = unsealed({"inspect", "packed.h5", "--provenance"});
    for (std::size_t at = 0; (at = said.find("packed")) != std::string::npos;) said.replace(at, 6, "whole");
    EXPECT_EQ(said, succeed({"inspect", "whole.h5", "--provenance"}));
    EXPECT_TRUE(unsealed({"diff", "packed.h5", "whole.h5"}).starts_with("equal: "));
    EXPECT_NE(unsealed({"inspect", "packed.h5", "--verify"}).find("every stored result matches its checksum"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace hookflow::test
