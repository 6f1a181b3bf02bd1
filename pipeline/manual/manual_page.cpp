#include "pipeline/manual/manual_page.hpp"

#include <vector>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/environment.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/manual/roff.hpp"
#include "pipeline/stage/subject.hpp"

namespace hookflow::pipeline {
namespace {

using namespace roff;

constexpr const char* kDescription =
    "A workflow file says on what, where to look, what to change, what to measure and how to aggregate. "
    "hookflow checks the whole file, runs it on every core, and leaves one HDF5 file: results with named and "
    "labelled axes, how they were made, and the checkpoint from which a stopped run goes on.";

std::string tag_of(const Argument& option) {
  const std::string letter = option.letter.empty() ? "" : bold("-" + option.letter) + ", ";
  const std::string name = plain(option.value);
  const std::string value = name.empty() ? "" : option.value_may_lack ? "[=" + name + "]" : " " + name;
  return letter + bold("--" + option.name) + value;
}

std::string about_command(const Command& command) {
  const CommandPage page = page_of(command.run);
  std::string text = subsection("hookflow " + command.name) + bold("hookflow") + " " + plain(page.usage) +
                     "\n.PP\n" + plain(page.about) + "\n";
  for (const Argument& argument : page.positionals)
    text += tagged(plain(argument.value), plain(argument.doc));
  for (const Argument& option : page.options) text += tagged(tag_of(option), plain(option.doc));
  return text + ".PP\nExample:\n.B hookflow " + plain(page.example) + "\n";
}

std::string commands_section() {
  std::string text = section("COMMANDS");
  for (const Command* command : registered_commands()) text += about_command(*command);
  return text;
}

std::string options_section() {
  std::string text = section("OPTIONS");
  for (const ProgramOption& option : program_options())
    text += tagged(bold(option.name), plain(option.summary));
  return text;
}

std::string exit_section() {
  std::string text = section("EXIT STATUS");
  for (const ExitCode& code : exit_codes()) text += tagged(bold(code.codes), plain(code.meaning));
  return text;
}

std::string environment_section() {
  std::string text = section("ENVIRONMENT");
  for (const auto& variables : {subject_type().environment, own_environment()})
    for (const EnvironmentVariable& variable : variables)
      text += tagged(bold(variable.name), plain(variable.meaning));
  return text;
}

std::string files_section() {
  return section("FILES") +
         tagged(plain("WORKFLOW.yaml"),
                plain("what is to be done: see hookflow describe, and the workflows in "
                      "share/hookflow/workflows")) +
         tagged(plain("NAME.h5"),
                plain("the results of a run, and from where it goes on: HDF5, which xarray, h5py, "
                      "netCDF, MATLAB and R open")) +
         tagged(plain("~/.cache/hookflow/sha256"),
                plain("hashes of large files, so that they are read once; what stands there is believed")) +
         tagged(plain("share/hookflow/workflow.schema.json"),
                plain("what editors know of workflow files, as hookflow "
                      "schema prints it"));
}

}  // namespace

std::string manual_page() {
  return ".TH HOOKFLOW 1 \"\" \"hookflow " + program_version() + "\" \"User Commands\"\n" + section("NAME") +
         "hookflow \\- " + plain("declared, resumable experiments on the inside of " + subject_type().about) +
         "\n" + section("SYNOPSIS") + bold("hookflow") + " " + plain("COMMAND [options]") + "\n" +
         section("DESCRIPTION") + plain(kDescription) + "\n" + options_section() + commands_section() +
         exit_section() + environment_section() + files_section();
}

}  // namespace hookflow::pipeline
