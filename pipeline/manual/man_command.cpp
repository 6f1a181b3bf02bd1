#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/manual/manual_page.hpp"

namespace hookflow::pipeline {
namespace {

int print_manual(const std::vector<std::string>& arguments) {
  Options options("man", "Prints the manual page, which `hookflow man | man -l -` shows.",
                  "man > hookflow.1");
  if (!options.parse(arguments)) return exit_code::kDone;
  std::cout << manual_page();
  return exit_code::kDone;
}

const bool kMan = register_command({"man", "print the manual page", print_manual});

}  // namespace
}  // namespace hookflow::pipeline
