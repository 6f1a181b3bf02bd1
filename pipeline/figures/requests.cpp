#include "pipeline/figures/requests.hpp"

#include <algorithm>
#include <tuple>

#include "pipeline/charts/choose_chart.hpp"
#include "pipeline/charts/telling.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

/// In the workflow's order; others that are stored, as aggregating stages read them, after those.
std::vector<std::string> kept_stages(const RunFileView& view, const Node& workflow) {
  std::vector<std::string> stages;
  if (const Node* keep = workflow.find("keep"); keep != nullptr)
    for (const Node& kept : keep->items) stages.push_back(kept.text);
  for (const GroupLayout& group : view.groups)
    if (!group.about.empty() && std::ranges::find(stages, group.name) == stages.end())
      stages.push_back(group.name);
  return stages;
}

bool is_drawn(const Variable& variable) {
  const bool itself = variable.relation == Relation::itself || variable.relation == Relation::change;
  return itself && cell_count(variable.axes) > 1;
}

struct Drawn {
  std::string stage, variable;
  Telling telling;
};

/// Tested effects, then changes, then the rest, each in the order of their stages.
std::vector<Drawn> drawn_by_themselves(const RunFileView& view, const Node& workflow) {
  std::vector<Drawn> all;
  for (const std::string& stage : kept_stages(view, workflow))
    for (const GroupLayout& group : view.groups)
      if (group.name == stage)
        for (const Variable& variable : group.variables)
          if (is_drawn(variable))
            all.push_back(
                {stage, variable.name, std::min(telling_of(variable, group.variables), Telling::effect)});
  std::ranges::stable_sort(all, {}, &Drawn::telling);
  return all;
}

/// What has its place where, of the same numbers.
bool look_alike(const Chart& one, const Chart& other) {
  return !one.minus && one.kind == other.kind && one.sources.front().where == other.sources.front().where &&
         std::tie(one.x, one.y, one.colour, one.facet, one.choose) ==
             std::tie(other.x, other.y, other.colour, other.facet, other.choose);
}

class RequestList {
 public:
  explicit RequestList(const RunFileView& view)
      : kept_{view.groups, view.texts}, is_of_share_(!view.share.empty()) {}
  /// Unless it is of what a share does not have, such as results over all prompts.
  void add_declared(FigureRequest request) {
    std::vector<std::string> problems;
    if (is_of_share_) choose_chart(request, kept_, problems);
    if (problems.empty()) add(std::move(request));
  }
  void add(FigureRequest request) { requests_.push_back(std::move(request)); }
  /// Unless it is drawn already.
  void add(const std::string& stage, const std::string& variable) {
    const std::string id = stage + "." + variable;
    const auto draws_it = [&](const FigureRequest& request) { return request.id() == id; };
    if (std::ranges::any_of(requests_, draws_it)) return;
    FigureRequest request;
    request.of.push_back({stage, variable, {}});
    const auto is_the_same = [&](const FigureRequest& other) { return draw_the_same(other, request); };
    if (std::ranges::none_of(requests_, is_the_same)) add(std::move(request));
  }
  std::vector<FigureRequest> take() { return std::move(requests_); }

 private:
  [[nodiscard]] bool draw_the_same(const FigureRequest& declared, const FigureRequest& request) const {
    const InputRef& of = request.of.front();
    if (declared.of.size() != 1 || declared.of.front().stage != of.stage ||
        declared.of.front().variable != of.variable)
      return false;
    std::vector<std::string> problems;
    const Chart chart = choose_chart(declared, kept_, problems);
    return problems.empty() && look_alike(chart, choose_chart(request, kept_, problems));
  }

  Kept kept_;
  bool is_of_share_;
  std::vector<FigureRequest> requests_;
};

}  // namespace

std::vector<FigureRequest> figure_requests(const RunFileView& view) {
  const std::string stored = root_text(view, "workflow");
  const Node workflow = stored.empty() ? Node() : parse_yaml_value(stored);
  RequestList list(view);
  if (const Node* declared = workflow.find("figures"); declared != nullptr) {
    Problems problems("figures");
    for (FigureRequest& request : read_figures(*declared, problems)) list.add_declared(std::move(request));
    problems.raise<InputError>();
  }
  const Node* show = workflow.find("show");
  const std::string first = show == nullptr ? "" : show->text;
  if (const std::size_t dot = first.find('.'); dot != std::string::npos)
    if (find_variable(view.groups, first.substr(0, dot), first.substr(dot + 1)) != nullptr)
      list.add(first.substr(0, dot), first.substr(dot + 1));
  for (const Drawn& drawn : drawn_by_themselves(view, workflow)) list.add(drawn.stage, drawn.variable);
  return list.take();
}

}  // namespace hookflow::pipeline
