#include "pipeline/shards/share_layout.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/shards/cut.hpp"

namespace hookflow::pipeline {
namespace {

using Rows = std::vector<std::size_t>;

ShareLayout layout_of(const Phase& phase, const std::vector<Piece>& pieces, std::string name) {
  std::set<std::size_t> prompts;
  for (const Piece& piece : pieces) {
    const std::vector<std::size_t>& of_batch = phase.plan.batches[piece.batch].prompts;
    prompts.insert(of_batch.begin(), of_batch.end());
  }
  ShareLayout layout{std::move(name),
                     {prompts.begin(), prompts.end()},
                     std::vector<std::vector<bool>>(phase.lanes.size()),
                     phase.plan.prompts.size(),
                     phase.number};
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
    const Lane& of = phase.plan.lanes[lane];
    const bool now = of.phase == phase.number;
    const bool is_cut = !of.axes.empty() && std::ranges::find(pieces, false, &Piece::whole) != pieces.end();
    if (now && !is_cut) continue;  // all of it
    std::vector<bool>& own = layout.own[lane];
    own.resize(layout.prompts.size() * of.parts);
    if (!now) continue;
    const auto take = [&](std::size_t batch, std::size_t first, std::size_t parts) {
      for (const std::size_t prompt : phase.plan.batches[batch].prompts) {
        const auto row = std::ranges::lower_bound(layout.prompts, prompt) - layout.prompts.begin();
        std::fill_n(
            own.begin() + row * static_cast<std::ptrdiff_t>(of.parts) + static_cast<std::ptrdiff_t>(first),
            parts, true);
      }
    };
    for (const Piece& piece : pieces) {
      if (piece.whole) take(piece.batch, 0, of.parts);
      for (const auto& [of_lane, chunk] : piece.chunks)
        if (of_lane == lane) take(piece.batch, chunk.first_part, chunk.parts);
    }
  }
  return layout;
}

/// The prompts' axis with the rows of a share. All variables share one.
class CutAxis {
 public:
  CutAxis(const Rows& rows, std::size_t prompts) : rows_(rows), prompts_(prompts) {}
  [[nodiscard]] bool is(const Axis& axis) const { return axis.name == "prompt" && axis.size() == prompts_; }
  void cut(Axis& axis) {
    if (!cut_)
      cut_ = std::visit([&](const auto& labels) { return picked(labels); }, axis.coordinates.labels());
    axis.coordinates = *cut_;
  }

 private:
  template <typename Label>
  Coordinates picked(const std::vector<Label>& labels) const {
    std::vector<Label> own;
    for (const std::size_t row : rows_) own.push_back(labels[row]);
    return own;
  }
  const Rows& rows_;
  std::size_t prompts_;
  std::optional<Coordinates> cut_;
};

TextRows picked(const TextRows& texts, const Rows& rows) {
  return {rows.size(), [texts, rows](std::size_t row) { return texts[rows[row]]; }};
}

/// Rows of so many cells each.
NumberCells picked(const NumberCells& cells, const Rows& rows, std::size_t width) {
  return {rows.size() * width, [cells, rows, width](std::size_t first, std::size_t count) {
            Column all = cells.read(0, 0);
            for (const std::size_t end = first + count; first < end;) {
              const std::size_t in_row = first % width;
              const std::size_t now = std::min(width - in_row, end - first);
              std::visit(
                  [&](auto& values) {
                    const Column more = cells.read(rows[first / width] * width + in_row, now);
                    const auto& same = std::get<std::decay_t<decltype(values)>>(more);
                    values.insert(values.end(), same.begin(), same.end());
                  },
                  all);
              first += now;
            }
            return all;
          }};
}

/// The groups that stages leave which run in the share, on its prompts.
std::set<std::string> stored_groups(const RunLayout& layout, const Plan& plan, std::size_t phase) {
  std::set<std::string> groups;
  for (std::size_t lane = 0; lane < layout.lanes.size(); ++lane)
    if (plan.lanes[lane].phase == phase)
      for (const std::string& variable : layout.lanes[lane].variables)
        groups.insert(variable.substr(0, variable.find('/')));
  return groups;
}

}  // namespace

std::vector<ShareLayout> share_layouts(const Phase& phase, std::size_t shares) {
  std::vector<ShareLayout> layouts;
  for (const std::vector<Piece>& pieces : cut_phase(phase, shares))
    layouts.push_back(layout_of(phase, pieces, to_string({layouts.size() + 1, shares})));
  return layouts;
}

void cut_layout(RunLayout& layout, const Plan& plan, ShareLayout share) {
  const Rows& rows = share.prompts;
  CutAxis prompts(rows, layout.prompts);
  const std::set<std::string> groups = stored_groups(layout, plan, share.phase);
  std::erase_if(layout.groups, [&](const GroupLayout& group) { return !groups.contains(group.name); });
  for (GroupLayout& group : layout.groups)
    for (Variable& variable : group.variables) prompts.cut(variable.axes.front());
  for (std::size_t lane = 0; lane < layout.lanes.size(); ++lane)
    if (plan.lanes[lane].phase != share.phase) layout.lanes[lane].variables.clear();
  for (ConstantArray& constant : layout.constants) {
    std::vector<Axis>& axes = constant.variable.axes;
    if (axes.empty() || !prompts.is(axes.front())) continue;
    constant.values = picked(constant.values, rows, cell_count({axes.begin() + 1, axes.end()}));
    prompts.cut(axes.front());
  }
  for (TextTable& table : layout.texts) {
    if (!prompts.is(table.axis)) continue;
    table.texts = picked(table.texts, rows);
    prompts.cut(table.axis);
  }
  std::set<std::string> ids;
  for (const std::size_t row : rows) ids.insert(plan.prompts.id(row));
  std::erase_if(layout.warnings, [&](const Warning& warning) {
    return !warning.prompt.empty() && !ids.contains(warning.prompt);
  });
  layout.prompt_rows = picked(layout.prompt_rows, rows);
  layout.prompts = rows.size();
  if (!groups.contains(layout.default_group)) layout.default_group = layout.default_variable = "";
  layout.share = std::move(share);
}

std::string take_share(PlannedRun& planned, const Share& share, std::size_t phase) {
  std::vector<ShareLayout> shares = share_layouts(phase_of(planned.plan, phase), share.count);
  cut_layout(planned.layout, planned.plan, std::move(shares.at(share.number - 1)));
  if (phase + 1 == planned.plan.phase_count()) return "";
  return "this share is done; stages behind it need results over all prompts: merge all shares first "
         "(hookflow merge OUT.h5 SHARDS), then share out the rest (hookflow resume OUT.h5 --shard " +
         to_string(share) + ")";
}

std::filesystem::path share_path(const std::filesystem::path& whole, const Share& share, std::size_t phase) {
  const std::string of_phase = phase == 0 ? "" : ".phase-" + std::to_string(phase + 1);
  std::filesystem::path path = whole;
  path.replace_filename(whole.stem().string() + of_phase + "." + std::to_string(share.number) + "-of-" +
                        std::to_string(share.count) + whole.extension().string());
  return path;
}

std::filesystem::path whole_path(const std::filesystem::path& of_share) {
  static const std::regex name(R"((\.phase-[0-9]+)?\.[0-9]+-of-[0-9]+(\.[^.]*)$)");
  std::filesystem::path path = of_share;
  path.replace_filename(std::regex_replace(of_share.filename().string(), name, "$2"));
  return path;
}

}  // namespace hookflow::pipeline
