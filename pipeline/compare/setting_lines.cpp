#include "pipeline/compare/setting_lines.hpp"

#include <ostream>

#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {

void print_settings(std::vector<Difference> settings, const std::pair<std::string, std::string>& files,
                    bool all, std::ostream& out) {
  constexpr std::size_t kListed = 5;
  constexpr std::size_t kColumns = 60;
  const std::size_t more = all || settings.size() <= kListed ? 0 : settings.size() - kListed;
  settings.resize(settings.size() - more);
  for (Difference& setting : settings) {
    if (!all)
      for (std::string* text : {&setting.what, &setting.first, &setting.second})
        *text = cut_to_columns(*text, kColumns);
    out << "  " << difference_line(setting, "in " + files.first, "in " + files.second) << "\n";
  }
  if (more > 0) out << "  … and " << more << " more settings; --all lists them\n";
}

}  // namespace hookflow::pipeline
