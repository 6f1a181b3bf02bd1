#include "pipeline/engine/provenance.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "pipeline/engine/graph.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/hash/hash_memory.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/text/shell.hpp"
#include "pipeline/text/utf8.hpp"

#ifndef HOOKFLOW_VERSION
#define HOOKFLOW_VERSION "unknown"
#endif

namespace hookflow::pipeline {
namespace {

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

Identity own_identity(const Plan& plan) {
  // The subject is what its files hold, not what it is called.
  Node workflow = plan.spec.resolved();
  std::erase_if(workflow.entries, [](const auto& entry) { return !decides_results(entry.first); });
  Identity identity = {{"result_version", std::to_string(kResultVersion)},
                       {"workflow_sha256", sha256(to_json(workflow))},
                       {"prompts_sha256", sha256(plan.prompts.json_lines())}};
  for (const Plugin& plugin : plan.spec.plugins)
    identity.emplace_back(kPluginPrefix + plugin.name(), plugin.sha256);
  return identity;
}

/// What a file is called in the identity, whose names are those of HDF5.
std::string file_name(std::string name) {
  std::ranges::replace(name, '/', ':');
  return kFilePrefix + name;
}

}  // namespace

std::string command_text(const std::vector<std::string>& command_line) {
  std::string words = "hookflow";
  constexpr const char* kSpecial = " \t\n'\"\\$`&|;<>()*?[]{}!#~";
  for (const std::string& word : command_line) {
    const bool plain = !word.empty() && word.find_first_of(kSpecial) == std::string::npos;
    words += " " + (plain ? word : shell_word(word));
  }
  return words;
}

std::string program_version() { return HOOKFLOW_VERSION; }

std::string utc_text(double seconds) {
  constexpr double kLastYear = 253402300799.0;  // 9999
  if (!(seconds >= 0 && seconds <= kLastYear)) return "-";
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string utc_now() {
  return utc_text(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
}

Identity run_identity(const Plan& plan, const std::stop_token& stop) {
  Identity identity = own_identity(plan);
  for (auto& entry : plan.subject->identity(stop)) identity.push_back(std::move(entry));
  const auto memory = HashMemory::of_user();
  for (const auto& [name, path] : plan.files)
    identity.emplace_back(file_name(name), memory.sha256_file(path, stop));
  return identity;
}

Identity open_identity(const Plan& plan) {
  Identity identity = own_identity(plan);
  for (const std::string& name : plan.subject->identity_names()) identity.emplace_back(name, "");
  for (const auto& [name, path] : plan.files) identity.emplace_back(file_name(name), "");
  return identity;
}

Attributes run_provenance(const Plan& plan, std::size_t threads,
                          const std::vector<std::string>& command_line) {
  Attributes attributes = plan.subject->provenance();
  attributes["command_line"] = command_text(command_line);
  attributes["workflow_name"] = plan.spec.name;
  if (!plan.spec.about.empty()) attributes["about"] = plan.spec.about;
  if (!plan.files.empty()) attributes[kWorkflowFolder] = std::filesystem::absolute(plan.spec.base).string();
  attributes["program_version"] = program_version();
  attributes["compiler"] = "g++ " __VERSION__;
  attributes["tbb"] = tbb_version();
  attributes["hdf5"] = h5::library_version();
  attributes["cpu"] = cpu_name();
  attributes["threads"] = std::to_string(threads);
  attributes["started_utc"] = utc_now();
  attributes["ended_utc"] = "";
  return attributes;
}

std::string kernel_in(const Attributes& provenance) {
  std::string kernel;
  for (const char* name : {"cpu", "blas"})
    if (const auto known = provenance.find(name); known != provenance.end())
      kernel += (kernel.empty() ? "" : ", ") + spell_bytes(known->second);
  constexpr std::size_t kLongest = 200;
  return kernel.substr(0, kLongest);
}

}  // namespace hookflow::pipeline
