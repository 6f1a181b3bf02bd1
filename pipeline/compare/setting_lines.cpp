#include "pipeline/compare/setting_lines.hpp"

#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {

std::vector<std::string> setting_lines(std::vector<Difference> settings,
                                       const std::pair<std::string, std::string>& files, bool all) {
  constexpr std::size_t kListed = 5;
  constexpr std::size_t kColumns = 60;
  const std::size_t more = all || settings.size() <= kListed ? 0 : settings.size() - kListed;
  settings.resize(settings.size() - more);
  std::vector<std::string> lines;
  for (Difference& setting : settings) {
    if (!all)
      for (std::string* text : {&setting.what, &setting.first, &setting.second})
        *text = cut_to_columns(*text, kColumns);
    lines.push_back(difference_line(setting, "in " + files.first, "in " + files.second));
  }
  if (more > 0) lines.push_back("… and " + std::to_string(more) + " more settings; --all lists them");
  return lines;
}

}  // namespace hookflow::pipeline
