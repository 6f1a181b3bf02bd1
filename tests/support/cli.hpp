#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::test {

using Words = std::vector<std::string>;

/// What a user sees of one call of the program.
struct Outcome {
  int code = -1;  // of a program that a signal ended: minus the signal
  std::string out;
  std::string err;
  double peak_bytes = 0;  // of memory
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Runs the program in a folder of the test's own.
class Cli : public testing::Test {
 protected:
  /// Starts the program with the folder as its working directory, beside others that run. Returns its process
  /// id.
  pid_t start(Words arguments, const std::string& input = "") {
    std::ofstream(streams_.path() / "in", std::ios::binary) << input;
    const std::string in = (streams_.path() / "in").string();
    arguments.insert(arguments.begin(), HOOKFLOW_PROGRAM);
    std::vector<char*> words;
    for (std::string& word : arguments) words.push_back(word.data());
    words.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    const std::string out = device.value_or(stream("out", ::getpid()).string());
    const std::string err = stream("err", ::getpid()).string();
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    if (file_size_limit) {
      const rlimit limit = {*file_size_limit, *file_size_limit};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (::chdir(folder.path().c_str()) == 0) ::execv(words.front(), words.data());
    ::_exit(127);
  }

  Outcome wait_for(pid_t child) {
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    Outcome outcome;
    outcome.peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024;
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    outcome.out = read_file(stream("out", child));
    outcome.err = read_file(stream("err", child));
    return outcome;
  }

  Outcome run(const Words& arguments, const std::string& input = "") {
    return wait_for(start(arguments, input));
  }

  /// Runs what must succeed. Returns its standard output.
  std::string succeed(const Words& arguments, const std::string& input = "") {
    const Outcome outcome = run(arguments, input);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }

  /// Runs what must fail with this code, each of `parts` in its message, nothing on standard output, and the
  /// folder as it was before. Returns the message.
  std::string refuse(const Words& arguments, int code, const Words& parts, const std::string& input = "") {
    const Words before = folder.names();
    const Outcome outcome = run(arguments, input);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("hookflow: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find("HDF5-DIAG"), std::string::npos) << outcome.err;
    for (const std::string& part : parts) {
      EXPECT_NE(outcome.err.find(part), std::string::npos) << "no \"" << part << "\" in: " << outcome.err;
    }
    EXPECT_EQ(folder.names(), before);
    return outcome.err;
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  }

  /// Every stored number, bit for bit, by group and variable.
  [[nodiscard]] std::map<std::string, std::vector<std::uint64_t>> numbers(const std::string& name) const {
    const std::filesystem::path path = folder.path() / name;
    std::map<std::string, std::vector<std::uint64_t>> all;
    for (const pipeline::GroupLayout& group : pipeline::read_run_file(path).groups) {
      for (const pipeline::Variable& variable : group.variables) {
        std::vector<std::uint64_t>& bits = all[group.name + "." + variable.name];
        for (const double value : pipeline::read_variable(path, group.name, variable.name)) {
          bits.push_back(std::bit_cast<std::uint64_t>(value));
        }
      }
    }
    return all;
  }

  void expect_equal_numbers(const std::string& one, const std::string& other) const {
    const auto first = numbers(one);
    const auto second = numbers(other);
    EXPECT_EQ(first.size(), second.size());
    EXPECT_FALSE(first.empty());
    for (const auto& [name, bits] : first) {
      ASSERT_TRUE(second.contains(name)) << name;
      EXPECT_TRUE(bits == second.at(name)) << name << " of " << one << " and " << other << " differs";
    }
  }

  TemporaryFolder folder;                      // the program's working directory
  std::optional<std::size_t> file_size_limit;  // bytes; a file that grows further cannot be written
  std::optional<std::string> device;           // standard output goes there

 private:
  [[nodiscard]] std::filesystem::path stream(const std::string& name, pid_t process) const {
    return streams_.path() / (name + std::to_string(process));
  }

  TemporaryFolder streams_;
};

/// A workflow with one thing a line; tests refer to its lines.
inline constexpr const char* kSweep = R"(workflow: sweep
model: nano
prompts:
  - {id: berlin, text: "Berlin is the capital of", target: " Germany", contrast: " France"}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced:
    stage: ablate
    in: pass
    at: "blocks.*.attn.hook_z[*]"
    with: zero
  scores:
    stage: measure.prediction
    in: [pass, silenced]
    tokens: [target]
  by_layer:
    stage: aggregate.moments
    in: scores
    over: head
keep: [scores, by_layer]
)";

/// kSweep with one piece of its text replaced.
inline std::string sweep_with(const std::string& from, const std::string& to) {
  std::string text = kSweep;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// kSweep over the prompts of a file.
inline std::string sweep_over(const std::string& prompt_file) {
  const std::string text = kSweep;
  const std::size_t begin = text.find("prompts:");
  return text.substr(0, begin) + "prompts: {file: " + prompt_file + "}\n" + text.substr(text.find("stages:"));
}

/// Prompts of different lengths, a line each.
inline std::string prompt_lines(std::size_t count) {
  const Words texts = {"Berlin is the capital of", "Paris is",
                       "The capital of Germany is Berlin, and Paris is"};
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) {
    lines += R"({"text": ")" + texts[i % texts.size()] + R"(", "target": " Germany"})" + "\n";
  }
  return lines;
}

}  // namespace hookflow::test
