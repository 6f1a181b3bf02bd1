// Files with flipped bits: whatever is asked of them, the program answers or refuses; it never falls over.
#include <array>
#include <cstdlib>
#include <random>
#include <span>

#include "pipeline/h5/h5.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

class Damaged : public Cli {
 protected:
  Damaged() {
    write("w.yaml", kSweep);
    succeed({"run", "w.yaml", "--out", "whole.h5", "--quiet"});
    succeed({"inspect", "whole.h5"});
    succeed({"diff", "whole.h5", "whole.h5"});
    bytes_ = read_file(folder.path() / "whole.h5");
  }

  int expect_an_answer(const Words& arguments) {
    const pid_t child = start(arguments);
    const Outcome outcome = wait_for(child);
    EXPECT_GE(outcome.code, 0) << "signal " << -outcome.code << " of " << arguments[0];
    EXPECT_EQ(outcome.err.find("HDF5-DIAG"), std::string::npos) << outcome.err;
    // Damaged results are what diff was asked for: it says so, with code 3, on standard output.
    const bool is_result = outcome.code == 3 && outcome.out.find("x.h5 is damaged: ") != std::string::npos;
    EXPECT_TRUE(outcome.code <= 1 || is_result || outcome.err.starts_with("hookflow: "))
        << arguments[0] << ": " << outcome.code << "\n"
        << outcome.out << outcome.err;
    return outcome.code;
  }

  std::string bytes_;
};

TEST_F(Damaged, FilesAreAnsweredOrRefused) {
  const char* wanted = std::getenv("HOOKFLOW_FLIPS");
  int refused = 0;
  const int flips = wanted == nullptr ? 100 : std::atoi(wanted);
  for (int i = 0; i < flips; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    std::string damaged = bytes_;
    const std::size_t count = 1 + random() % 8;
    for (std::size_t flip = 0; flip < count; ++flip)
      damaged[random() % damaged.size()] ^= static_cast<char>(1U << (random() % 8));
    write("x.h5", damaged);
    SCOPED_TRACE("seed " + std::to_string(i));
    refused += expect_an_answer({"inspect", "x.h5"}) == 3;
    expect_an_answer({"diff", "x.h5", "whole.h5"});
    expect_an_answer({"resume", "x.h5", "--quiet"});
    if (HasFailure()) return;
  }
  EXPECT_GT(refused, flips / 2);  // most bytes are labels and structure, which are sealed
}

TEST_F(Damaged, AnyBitOfWhatIsSealedIsMissed) {
  const std::size_t label = bytes_.find("Berlin is the capital of");
  ASSERT_NE(label, std::string::npos);
  std::string damaged = bytes_;
  damaged[label] ^= 1;
  write("x.h5", damaged);
  for (const Words& arguments :
       {Words{"inspect", "x.h5"}, Words{"diff", "whole.h5", "x.h5"}, Words{"resume", "x.h5"},
        Words{"run", "w.yaml", "--out", "x.h5", "--resume"}})
    refuse(arguments, 3, {"x.h5: is not as hookflow left it: it is damaged, or another program has written"});
}

TEST_F(Damaged, AResultThatChangedIsFoundAndComputedAgain) {
  const std::string values = "x.h5 is damaged: results of 1 prompt\n  prompt 'berlin': /scores/log_prob, ";
  const std::uint64_t at = [&] {
    const auto file = pipeline::h5::File::open(folder.path() / "whole.h5", false);
    return file.open_group("scores").open_dataset("prob").bytes().first;
  }();
  for (const Words& resume : {Words{"resume", "x.h5"}, Words{"run", "w.yaml", "--out", "x.h5", "--resume"}}) {
    std::string damaged = bytes_;
    damaged[at + 1] ^= 4;
    write("x.h5", damaged);
    succeed({"inspect", "x.h5"});  // which reads no values
    const Outcome verified = run({"inspect", "x.h5", "--verify"});
    EXPECT_EQ(verified.code, 3);
    EXPECT_EQ(verified.err, "");
    EXPECT_TRUE(verified.out.starts_with(values)) << verified.out;
    EXPECT_TRUE(read_file(folder.path() / "x.h5") == damaged) << "verifying wrote into the file";
    const Outcome resumed = run(resume);
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_TRUE(resumed.err.starts_with("hookflow: " + values)) << resumed.err;
    EXPECT_NE(resumed.err.find("\nthe damaged results, and all that is built on them, are computed again\n"),
              std::string::npos);
    succeed({"diff", "x.h5", "whole.h5"});
    expect_equal_numbers("x.h5", "whole.h5");
    EXPECT_EQ(succeed({"inspect", "x.h5", "--verify"}), "x.h5: every stored result matches its checksum\n");
    EXPECT_EQ(pipeline::read_run_file(folder.path() / "x.h5").sessions.back().damaged, 1);
  }
  refuse({"inspect", "x.h5", "scores", "--verify"}, 2, {"--verify checks the whole file"});
}

TEST_F(Damaged, ProgramsAreToldOfAllThatIsDamaged) {
  write("p.jsonl", prompt_lines(3));
  write("w3.yaml", sweep_over("p.jsonl"));
  succeed({"run", "w3.yaml", "--out", "x.h5", "--quiet"});
  {
    pipeline::h5::File file = pipeline::h5::File::open(folder.path() / "x.h5", true);
    pipeline::h5::Dataset done = file.open_group("checkpoint").open_dataset("done_silenced");
    const std::uint8_t no_state = 65;
    done.write(pipeline::h5::Block{{1, 0}, {1, 1}}, std::span(&no_state, 1));
    file.open_group("checkpoint")
        .open_dataset("fold_check")
        .write_all<std::int64_t>(std::array{std::int64_t{5}});
  }
  const Outcome resumed = run({"resume", "x.h5", "--json"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const Words lines = lines_of(resumed.err);
  EXPECT_TRUE(lines[0].starts_with(R"({"event":"damaged","prompt":"1","stage":"silenced","variants":[0,)"))
      << lines[0];
  EXPECT_EQ(lines[1], R"({"event":"damaged","stage":"by_layer"})");
  EXPECT_TRUE(lines.back().starts_with(R"({"event":"end","status":"complete","code":0,)")) << lines.back();
}

TEST_F(Damaged, FilesThatAreCutOrNotOursAreRefused) {
  for (std::size_t eighth = 0; eighth < 8; ++eighth) {
    write("x.h5", bytes_.substr(0, bytes_.size() * eighth / 8));
    refuse({"inspect", "x.h5"}, 3, {"x.h5: "});
    refuse({"resume", "x.h5"}, 3, {"x.h5: "});
    refuse({"diff", "x.h5", "whole.h5"}, 3, {"x.h5: "});
  }
  { pipeline::h5::File::create(folder.path() / "other.h5"); }
  refuse({"inspect", "other.h5"}, 3, {"other.h5: was not written by hookflow, or is damaged"});
}

}  // namespace
}  // namespace hookflow::test
