#include "pipeline/command/command.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/plugin/thrown.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

std::map<std::string, Command>& commands() {
  static std::map<std::string, Command> all;
  return all;
}

void print_overview(std::ostream& out) {
  out << "hookflow " << program_version() << ": declared, resumable experiments on the inside of "
      << subject_type().about << "\n\n"
      << "example: hookflow run workflows/head_sweep.yaml\n"
      << "usage:   hookflow COMMAND [options]; `hookflow help COMMAND` says more\n\n";
  for (const auto& [name, command] : commands()) {
    out << "  " << name << std::string(12 - std::min<std::size_t>(name.size(), 11), ' ') << command.summary
        << "\n";
  }
}

const Command& find_command(const std::string& word) {
  const auto found = commands().find(word);
  if (found != commands().end()) return found->second;
  std::vector<std::string> names = {"help"};
  for (const auto& [name, command] : commands()) names.push_back(name);
  throw UsageError("unknown command '" + word + "'" + suggestion(word, names) +
                   "; `hookflow --help` lists them");
}

/// `--plugin FILE` may stand before the command, too.
std::vector<std::string> command_first(std::vector<std::string> arguments) {
  auto command = arguments.begin();
  while (command != arguments.end() && command->starts_with("--plugin"))
    command += *command == "--plugin" && command + 1 != arguments.end() ? 2 : 1;
  if (command != arguments.end()) std::rotate(arguments.begin(), command, command + 1);
  return arguments;
}

int dispatch(const std::vector<std::string>& arguments) {
  if (!names_taken().empty()) throw std::logic_error("two stages are named " + names_taken().front());
  if (arguments.empty()) {
    print_overview(std::cerr);
    return exit_code::kUsage;
  }
  const std::string& word = arguments.front();
  const bool help = word == "--help" || word == "-h" || word == "help";
  if (help && arguments.size() > 1) return find_command(arguments[1]).run({"--help"});
  if (help) {
    print_overview(std::cout);
    return exit_code::kDone;
  }
  if (word == "--version") {
    std::cout << "hookflow " << program_version() << "\n";
    return exit_code::kDone;
  }
  return find_command(word).run({arguments.begin() + 1, arguments.end()});
}

}  // namespace

bool register_command(Command command) {
  const std::string name = command.name;
  return commands().emplace(name, std::move(command)).second;
}

const std::map<std::string, Command>& registered_commands() { return commands(); }

int code_of(const std::exception& error) {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) return exit_code::kUsage;
  if (dynamic_cast<const InputError*>(&error) != nullptr) return exit_code::kInput;
  return exit_code::kFailed;
}

int run_command(const std::vector<std::string>& arguments) {
  try {
    const int code = dispatch(command_first(arguments));
    if (!std::cout.flush()) throw std::runtime_error("standard output: cannot be written");
    return code;
  } catch (const std::exception& error) {
    std::cerr << "hookflow: " << error.what() << "\n";
    return code_of(error);
  } catch (...) {
    std::cerr << "hookflow: a stage of a plugin failed: " << thrown_text(std::current_exception()) << "\n";
    return exit_code::kFailed;
  }
}

}  // namespace hookflow::pipeline
