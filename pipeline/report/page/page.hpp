#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/figures/figure.hpp"

namespace hookflow::pipeline {

/// Values of a run file as a page shows them: sorted and filtered there.
struct DataTable {
  std::string name;   // "scores", or "scores.edges" of what has other axes than the rest
  std::string about;  // what the stage does, or what is in the table
  std::string note;   // which rows are left out; empty: none
  std::string csv;    // with a header; empty: too large to be read
  std::size_t rows = 0;
  bool open = false;  // from the start
};

/// What stands above a page's sections, all of it text.
struct PageHead {
  std::string title;
  std::string about;
  std::string version;  // of the program that ran
};

/// What a page's sections show, all of it HTML.
struct PageSections {
  std::string files;  // what run_line() gives of each
  std::string answer;
  std::string figures;
  std::string tables;
  std::string record;
};

/// The file's name, and how far the run is.
std::string run_line(const RunFile& run, const RunFileView& view);

/// A page under way, which needs nothing but itself: what its sections show by script is packed behind them
/// all, each block with an id.
class Page {
 public:
  /// Throws InputError where vega is missing.
  Page();
  std::string figure(const Figure& figure);
  std::string tables(const std::vector<DataTable>& tables);
  [[nodiscard]] std::string html(const PageHead& head, const PageSections& sections) const;

 private:
  void pack(const std::string& id, std::string_view bytes);

  std::string packed_;
  std::size_t figures_ = 0;
  std::size_t tables_ = 0;
};

}  // namespace hookflow::pipeline
