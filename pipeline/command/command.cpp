#include "pipeline/command/command.hpp"

#include <algorithm>
#include <iostream>
#include <map>
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
  const auto line = [&out](const std::string& name, const std::string& summary) {
    out << "  " << name << std::string(12 - std::min<std::size_t>(name.size(), 11), ' ') << summary << "\n";
  };
  for (const Command* command : registered_commands()) line(command->name, command->summary);
  out << "\n";
  for (const ProgramOption& option : program_options()) line(option.name, option.summary);
}

const Command& command_named(const std::string& word) {
  if (const Command* command = find_command(word)) return *command;
  std::vector<std::string> names = {"help"};
  for (const Command* command : registered_commands()) names.push_back(command->name);
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
  if (help && arguments.size() > 1) return command_named(arguments[1]).run({"--help"});
  if (help) {
    print_overview(std::cout);
    return exit_code::kDone;
  }
  if (word == "--version") {
    std::cout << "hookflow " << program_version() << "\n";
    return exit_code::kDone;
  }
  return command_named(word).run({arguments.begin() + 1, arguments.end()});
}

}  // namespace

bool register_command(Command command) {
  const std::string name = command.name;
  return commands().emplace(name, std::move(command)).second;
}

std::vector<const Command*> registered_commands() {
  std::vector<const Command*> shown;
  for (const auto& [name, command] : commands())
    if (!command.hidden) shown.push_back(&command);
  return shown;
}

const Command* find_command(const std::string& name) {
  const auto found = commands().find(name);
  return found == commands().end() ? nullptr : &found->second;
}

const std::vector<ProgramOption>& program_options() {
  static const std::vector<ProgramOption> all = {{"--help", "print this overview"},
                                                 {"--version", "print the version"}};
  return all;
}

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
