#include "pipeline/inspect/listing.hpp"

#include <algorithm>
#include <ostream>

#include "pipeline/terminal/table.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Without what all of its group end with.
std::string meaning_in(const Variable& variable, const std::string& ending) {
  return variable.long_name.substr(0, variable.long_name.size() - ending.size());
}

void print_group(const GroupLayout& group, std::ostream& out, const Window& window) {
  std::vector<std::string> meanings;
  for (const Variable& variable : group.variables) meanings.push_back(variable.long_name);
  const std::string ending = common_ending(meanings);
  const std::string heading = "/" + group.name + (group.about.empty() ? "" : "  " + group.about);
  out << "\n" << window.painted(wrapped(heading, window.columns, 2), Ink::bold) << "\n";
  if (!ending.empty()) out << "  " << wrapped("each …" + ending, window.columns, 4) << "\n";
  Table table({"variable", "axes", "units", "meaning"});
  for (const Variable& variable : group.variables)
    table.add({variable.name, axes_text(variable.axes), variable.units, meaning_in(variable, ending)});
  if (table.columns() <= window.columns) return table.print(out, window);
  for (const Variable& variable : group.variables)
    out << "  " << variable.name << "  " << axes_text(variable.axes) << "  " << variable.units << "\n      "
        << wrapped(meaning_in(variable, ending), window.columns, 6) << "\n";
}

}  // namespace

std::string common_ending(const std::vector<std::string>& meanings) {
  if (meanings.size() < 2) return {};
  std::string ending = meanings.front();
  for (const std::string& meaning : meanings) {
    const auto [mine, its] = std::mismatch(ending.rbegin(), ending.rend(), meaning.rbegin(), meaning.rend());
    ending.erase(0, static_cast<std::size_t>(ending.rend() - mine));
  }
  const std::size_t from = std::min(ending.find(": "), ending.find(" of "));
  return from == std::string::npos ? "" : ending.substr(from);
}

void print_listing(const RunFileView& view, std::ostream& out, const Window& window) {
  for (const GroupLayout& group : view.groups)
    if (!group.variables.empty()) print_group(group, out, window);
  Table texts({"texts", "axes", "meaning"});
  for (const TextTable& table : view.texts)
    texts.add({"/" + table.group + "/" + table.name, axes_text({table.axis}), table.long_name});
  out << "\n";
  texts.print(out, window);
}

void print_provenance(const RunFileView& view, std::ostream& out) {
  out << "\n";
  for (const auto& [name, value] : view.root) out << "  " << name << ": " << value << "\n";
}

}  // namespace hookflow::pipeline
