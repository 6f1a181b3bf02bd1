#include "pipeline/inspect/spelled_texts.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "pipeline/run_file/reading/cell_reader.hpp"

namespace hookflow::pipeline {

TextRows texts_counted_by(const RunFileView& view, const std::string& units) {
  const auto list =
      std::ranges::find(view.texts, units, [](const TextTable& table) { return table.axis.long_name; });
  return units.empty() || list == view.texts.end() ? TextRows() : list->texts;
}

void add_spelled(std::vector<StoredDataset>& datasets) {
  std::vector<StoredDataset> spelled;
  for (const StoredDataset& dataset : datasets) {
    if (!dataset.is_integer() || dataset.axes.empty() || dataset.axes.back().spells.empty()) continue;
    StoredDataset& text = spelled.emplace_back(dataset);
    text.name = dataset.axes.back().spells;
    text.spelled_from = dataset.name;
    text.axes.pop_back();
    text.kind = h5::Kind::text;
    text.units.clear();
    text.long_name = "text of all along " + dataset.axes.back().name + ": " + dataset.long_name;
  }
  for (StoredDataset& text : spelled)
    if (std::ranges::find(datasets, text.name, &StoredDataset::name) == datasets.end())
      datasets.push_back(std::move(text));
}

std::function<std::string(std::size_t)> spelled_texts(const RunFile& run, const RunFileView& view,
                                                      const std::string& group, const StoredDataset& pieces) {
  const auto reader = run.read([&](const h5::File& file) {
    return std::make_shared<CellReader<std::int64_t>>(file.open_group(group).open_dataset(pieces.name));
  });
  return [&run, reader, texts = texts_counted_by(view, pieces.units),
          size = pieces.axes.back().size()](std::size_t cell) {
    std::string text;
    for (std::size_t i = cell * size; i < (cell + 1) * size; ++i) {
      const std::int64_t number = run.read([&](const h5::File&) { return (*reader)[i]; });
      if (number < 0) continue;
      if (static_cast<std::size_t>(number) < texts.size())
        text += texts[static_cast<std::size_t>(number)];
      else  // nobody knows its text
        text += (text.empty() ? "" : " ") + std::to_string(number);
    }
    return text;
  };
}

}  // namespace hookflow::pipeline
