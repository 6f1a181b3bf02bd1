#include "pipeline/run_file/reading/read_rows.hpp"

#include <algorithm>
#include <cmath>

namespace hookflow::pipeline {

void read_variable_rows(const RunFile& run, const std::string& group, const Variable& variable,
                        const std::vector<std::size_t>& rows,
                        const std::function<void(std::size_t row, std::span<const double> values)>& use) {
  constexpr std::size_t kCellsAtOnce = std::size_t{1} << 18;
  const std::size_t all = variable.axes.empty() ? 1 : variable.axes.front().size();
  const std::size_t cells = all == 0 ? 0 : cell_count(variable.axes) / all;  // of a row
  const std::size_t at_once = std::max<std::size_t>(1, kCellsAtOnce / std::max<std::size_t>(1, cells));
  run.read([&](const h5::File& file) {
    const h5::Dataset dataset = file.open_group(group).open_dataset(variable.name);
    for (std::size_t i = 0; i < rows.size();) {
      std::size_t count = 1;  // of rows that follow one another
      while (count < at_once && i + count < rows.size() && rows[i + count] == rows[i] + count) ++count;
      std::vector<double> values(count * cells);
      dataset.read(dataset.rows(rows[i], count), std::span(values));
      if (variable.dtype == Dtype::int64) std::ranges::replace(values, -1.0, std::nan(""));
      for (std::size_t row = 0; row < count; ++row)
        use(rows[i + row], std::span(values).subspan(row * cells, cells));
      i += count;
    }
    return 0;
  });
}

}  // namespace hookflow::pipeline
