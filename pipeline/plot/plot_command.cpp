#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/error.hpp"
#include "pipeline/figures/figure.hpp"
#include "pipeline/figures/requests.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/output/new_files.hpp"
#include "pipeline/plot/draw_text.hpp"
#include "pipeline/render/render.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

/// A condition on an axis; one on a column of the prompts is refused, as a figure cannot choose by it.
AxisLabel condition(const std::string& text, const RunFileView& view) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError("plot: --where " + text + ": must be AXIS=LABEL, such as layer=3");
  const std::string name = text.substr(0, equals);
  const auto is_axis = [&](const GroupLayout& group) {
    return std::ranges::any_of(group.variables, [&](const Variable& variable) {
      return std::ranges::find(variable.axes, name, &Axis::name) != variable.axes.end();
    });
  };
  const auto is_column = [&](const TextTable& table) {
    return table.group == kPromptsGroup && table.name == name;
  };
  if (std::ranges::any_of(view.texts, is_column) && std::ranges::none_of(view.groups, is_axis))
    throw UsageError("plot: --where " + text + ": '" + name +
                     "' is a column of the prompts, by which inspect and export choose, but no axis; "
                     "--where prompt=ID draws one prompt, and `by: " +
                     name + "` of a stage that aggregates makes an axis of it");
  return {name, text.substr(equals + 1)};
}

InputRef variable_ref(const std::string& said) {
  const std::string text = said.starts_with('/') ? dotted(said) : said;
  try {
    InputRef ref = parse_input_ref(text);
    if (!ref.stage.empty() && !ref.variable.empty()) return ref;
  } catch (const ParamError& error) {
    throw UsageError(std::string("plot: ") + error.what());
  }
  throw UsageError("plot: '" + text +
                   "' is no figure of the run, and must else be stage.variable, as in scores.prob");
}

/// A figure that the workflow declares under that name, or one of the variables that are named; without a
/// name, the first of the run.
FigureRequest base_request(const RunFileView& view, const Texts& what) {
  const std::vector<FigureRequest> known = figure_requests(view);
  if (what.empty()) {
    if (known.empty()) throw UsageError("plot: the run keeps no result that could be drawn");
    return known.front();
  }
  if (what.size() == 1) {
    const auto known_one = std::ranges::find(known, what.front(), &FigureRequest::id);
    if (known_one != known.end()) return *known_one;
  }
  if (what.size() == 1 && what.front().find_first_of("./") == std::string::npos) {
    Texts names;
    for (const FigureRequest& request : known) names.push_back(request.id());
    throw UsageError("plot: the run has no figure '" + what.front() + "'" + suggestion(what.front(), names) +
                     "; a variable is stage.variable, as in scores.prob");
  }
  FigureRequest request;
  for (const std::string& text : what) request.of.push_back(variable_ref(text));
  return request;
}

FigureRequest request_of(const RunFileView& view, const Options& options) {
  FigureRequest request = base_request(view, options.get_or("what", Texts()));
  const auto set = [&](const char* name, std::string& member) { member = options.get_or(name, member); };
  set("kind", request.kind);
  set("x", request.x);
  set("y", request.y);
  set("colour", request.colour);
  set("title", request.title);
  if (options.has("facet")) request.facet = options.get<Texts>("facet");
  for (const std::string& text : options.get_or("where", Texts()))
    request.where.push_back(condition(text, view));
  const Texts& kinds = figure_kinds();
  if (!request.kind.empty() && std::ranges::find(kinds, request.kind) == kinds.end()) {
    std::string all;
    for (const std::string& kind : kinds) all += (all.empty() ? "" : ", ") + kind;
    throw UsageError("plot: --kind: unknown kind '" + request.kind + "'" + suggestion(request.kind, kinds) +
                     "; must be one of " + all);
  }
  if (request.facet.size() > 2)
    throw UsageError("plot: --facet: must be one axis, or two for rows and columns");
  return request;
}

std::string json_text(const nlohmann::json& spec) {
  return spec.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

fs::path output_path(const Options& options) {
  const fs::path path = options.get_or("out", std::string());
  if (options.has("out") && path.extension() != ".json" && !picture_format(path))
    throw UsageError("plot: -o " + path.string() + ": must end in .json, .svg or .png");
  return path;
}

int plot(const std::vector<std::string>& arguments) {
  Options options(
      "plot FILE.h5 [STAGE.VARIABLE ... | FIGURE] [options]",
      "Draws one result, or several of the same axes over each other, as a Vega-Lite "
      "specification, which Jupyter and the Vega editor show, or as a picture; FIGURE is one that "
      "the workflow declares, and without a name the first one is drawn.",
      "plot head_sweep.h5 scores.prob_change --where replacement=zero --text");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.positional("what", -1, "stage.variable, or the name of a figure", "RESULT");
  options.add()("kind",
                po::value<std::string>()->value_name("heatmap|bars|line|histogram|density|scatter|pattern"),
                "heatmap, bars, line, histogram, density, scatter or pattern; default: as the axes suggest")(
      "where", po::value<Texts>()->composing()->value_name("COLUMN=VALUE"),
      "AXIS=LABEL: only that label; may be repeated")("x", po::value<std::string>()->value_name("AXIS"),
                                                      "axis along x")(
      "y", po::value<std::string>()->value_name("AXIS"), "axis along y")(
      "colour", po::value<std::string>()->value_name("AXIS"), "axis whose labels are colours")(
      "facet", po::value<Texts>()->composing()->value_name("AXIS"),
      "axis of small figures; a second one: of their columns")(
      "title", po::value<std::string>()->value_name("TEXT"), "title of the figure")(
      "text", "draw it here, in characters")(
      "out,o", po::value<std::string>()->value_name("FILE.svg|FILE.png|FILE.json"),
      "file.json, file.svg or file.png; default: the specification to "
      "standard output")("force", "replace the output if it exists; run files are never replaced");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const RunFile file = open_run_file(options.required("file"), options);
  if (options.has("text") && options.has("out")) throw UsageError("plot: --text and -o exclude each other");
  const fs::path out = output_path(options);
  std::optional<NewFiles> output;
  if (!out.empty()) output.emplace(std::vector{out}, Replaceable{options.has("force")});
  const RunFileView view = read_run_file(file);
  const FigureRequest request = request_of(view, options);
  if (options.has("text")) {
    std::cout << draw_text(read_chart(file, view, request), output_window());
    return exit_code::kDone;
  }
  const Figure figure = figure_of(file, view, request);
  const std::optional<PictureFormat> picture = picture_format(out);
  const std::string bytes = picture ? render_figure(figure.spec, *picture) : json_text(figure.spec);
  if (!output) {
    std::cout << bytes;
    return exit_code::kDone;
  }
  output->write(0, [&](std::ostream& to) { to << bytes; });
  output->place();
  std::cout << out.string() << "\n";
  return exit_code::kDone;
}

const bool kPlot = register_command({"plot", "draw one result of a run file", plot});

}  // namespace
}  // namespace hookflow::pipeline
