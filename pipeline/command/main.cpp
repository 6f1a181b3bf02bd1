#include <string>
#include <vector>

#include "pipeline/command/command.hpp"

int main(int count, char** words) {
  return hookflow::pipeline::run_command(std::vector<std::string>(words + 1, words + count));
}
