#include "pipeline/workflow/figure_request.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {

// Found by argument-dependent lookup, as those of a stage's own parameters are.
void read_param(const Node& node, InputRef& ref) {
  std::string text;
  read_param(node, text);
  ref = parse_input_ref(text);
  if (ref.stage.empty() || ref.variable.empty())
    throw ParamError("'" + text + "' must be stage.variable, as in scores.prob", node.line);
}

Node write_param(const InputRef& ref) { return write_param(to_string(ref)); }
Node param_schema(std::type_identity<InputRef> /*type*/) { return schema::text_like("^[^.]+\\.[^.]"); }

void read_param(const Node& node, ReferenceLine& line) {
  line = {};
  if (node.kind == Node::Kind::scalar && !node.quoted && is_json_number(node.text))
    return read_param(node, line.at);
  if (node.kind != Node::Kind::scalar || node.text.find('.') == std::string::npos)
    throw ParamError(to_json(node) + " must be a number or stage.variable, as in 0 or clean.prob", node.line);
  read_param(node, line.variable);
}

Node write_param(const ReferenceLine& line) {
  return line.variable.stage.empty() ? write_param(line.at) : write_param(line.variable);
}

Node param_schema(std::type_identity<ReferenceLine> /*type*/) {
  return schema::any_of({schema::of_type("number"), param_schema(std::type_identity<InputRef>{})});
}

namespace {

void read_where(const Node& node, std::vector<AxisLabel>& where) {
  if (node.kind != Node::Kind::map)
    throw ParamError(to_json(node) + " must be a map of axes and labels, as in {layer: 3}", node.line);
  for (const auto& [axis, label] : node.entries) {
    if (label.kind != Node::Kind::scalar)
      throw ParamError(axis + ": " + to_json(label) + " must be one label of the axis", label.line);
    where.push_back({axis, label.text});
  }
}

/// A key of a figure: how it is read and written.
struct FigureKey {
  const char* name;
  std::function<void(const Node&, FigureRequest&)> read;
  std::function<Node(const FigureRequest&)> write;
  Node schema;
  std::string doc;
};

FigureKey text_key(const char* name, std::string FigureRequest::*member, std::string doc,
                   Node schema = schema::text()) {
  return {name, [member](const Node& node, FigureRequest& figure) { read_param(node, figure.*member); },
          [member](const FigureRequest& figure) {
            return (figure.*member).empty() ? Node() : write_param(figure.*member);
          },
          std::move(schema), std::move(doc)};
}

template <typename Item>
FigureKey list_key(const char* name, std::vector<Item> FigureRequest::*member, std::string doc) {
  return {name, [member](const Node& node, FigureRequest& figure) { read_param(node, figure.*member); },
          [member](const FigureRequest& figure) {
            return (figure.*member).empty() ? Node() : write_param(figure.*member);
          },
          param_schema(std::type_identity<std::vector<Item>>{}), std::move(doc)};
}

const std::vector<FigureKey>& keys() {
  static const std::vector<FigureKey> all = {
      text_key("name", &FigureRequest::name, "What the figure is called, as in hookflow plot FILE NAME"),
      list_key("of", &FigureRequest::of, "What is drawn, stage.variable; several are laid over each other"),
      {"minus", [](const Node& node, FigureRequest& figure) { read_param(node, figure.minus); },
       [](const FigureRequest& figure) {
         return figure.minus.stage.empty() ? Node() : write_param(figure.minus);
       },
       param_schema(std::type_identity<InputRef>{}), "What is taken away from each, stage.variable"},
      text_key("kind", &FigureRequest::kind, "How it is drawn; default: as the axes suggest",
               schema::words(figure_kinds())),
      text_key("x", &FigureRequest::x, "The axis along x"),
      text_key("y", &FigureRequest::y, "The axis along y"),
      text_key("colour", &FigureRequest::colour, "The axis whose labels are colours"),
      list_key("facet", &FigureRequest::facet, "The axis of small figures; two: of their rows and columns"),
      list_key("choose", &FigureRequest::choose, "Axes of which the reader picks a label"),
      {"where", [](const Node& node, FigureRequest& figure) { read_where(node, figure.where); },
       [](const FigureRequest& figure) {
         Node where;
         for (const AxisLabel& picked : figure.where) where[picked.axis] = Node::scalar(picked.label, true);
         return where;
       },
       schema::map_to(schema::text()), "Only these labels, as in {layer: 3}"},
      text_key("title", &FigureRequest::title, "What stands above it"),
      list_key("reference", &FigureRequest::reference, "Lines across: numbers, or stage.variable")};
  return all;
}

std::string where_of(const FigureRequest& figure, std::size_t number) {
  const std::string id = figure.id();
  return "figure " + (id.empty() ? std::to_string(number) : "'" + id + "'");
}

class FigureReader {
 public:
  explicit FigureReader(Problems& problems) : problems_(problems) {}

  FigureRequest read(const Node& node, std::size_t number) {
    FigureRequest figure;
    figure.line = node.line;
    if (node.kind != Node::Kind::map) {
      note(node.line, "figure " + std::to_string(number),
           "must be a map with the key 'of', such as {of: stage.variable}");
      return figure;
    }
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const auto& [name, value] : node.entries) {
      const auto known = std::ranges::find(keys(), name, &FigureKey::name);
      if (known == keys().end()) {
        found.emplace_back(value.line,
                           "unknown key '" + name + "'" + suggestion(name, keys(), &FigureKey::name));
        continue;
      }
      try {
        known->read(value, figure);
      } catch (const ParamError& error) {
        found.emplace_back(error.line == 0 ? value.line : error.line, name + ": " + error.what());
      }
    }
    if (node.find("of") == nullptr)
      found.emplace_back(node.line, "the key 'of' is missing: what is drawn, stage.variable");
    check(node, figure, found);
    for (const auto& [line, problem] : found) note(line, where_of(figure, number), problem);
    return figure;
  }

 private:
  using Found = std::vector<std::pair<std::size_t, std::string>>;

  void note(std::size_t line, const std::string& where, const std::string& problem) {
    problems_.add(line, where + ": " + problem);
  }

  static void check(const Node& node, const FigureRequest& figure, Found& found) {
    const auto line_of = [&](const char* name) { return node.find(name)->line; };
    const std::vector<std::string>& kinds = figure_kinds();
    if (!figure.kind.empty() && std::ranges::find(kinds, figure.kind) == kinds.end()) {
      std::string all;
      for (const std::string& kind : kinds) all += (all.empty() ? "" : ", ") + kind;
      found.emplace_back(line_of("kind"), "kind: unknown kind '" + figure.kind + "'" +
                                              suggestion(figure.kind, kinds) + "; must be one of " + all);
    }
    if (figure.facet.size() > 2)
      found.emplace_back(line_of("facet"), "facet: " + std::to_string(figure.facet.size()) +
                                               " axes are given; must be one, or two for rows and columns");
    if (node.find("of") != nullptr && figure.of.empty() && node.find("of")->kind == Node::Kind::list &&
        node.find("of")->items.empty())
      found.emplace_back(line_of("of"), "of: the list is empty, so nothing would be drawn");
  }

  Problems& problems_;
};

}  // namespace

std::string FigureRequest::id() const {
  return !name.empty() || of.empty() ? name : of.front().stage + "." + of.front().variable;
}

const std::vector<std::string>& figure_kinds() {
  static const std::vector<std::string> kinds = {"heatmap", "bars",    "line",   "histogram",
                                                 "density", "scatter", "pattern"};
  return kinds;
}

std::vector<FigureRequest> read_figures(const Node& node, Problems& problems) {
  std::vector<FigureRequest> figures;
  if (node.kind != Node::Kind::list) {
    problems.add(node.line, "figures: must be a list, such as [{of: stage.variable}]");
    return figures;
  }
  FigureReader reader(problems);
  for (const Node& item : node.items) {
    figures.push_back(reader.read(item, figures.size() + 1));
    const FigureRequest& figure = figures.back();
    const bool twice = std::ranges::count(figures, figure.name, &FigureRequest::name) > 1;
    if (!figure.name.empty() && twice)
      problems.add(figure.line, "figure '" + figure.name + "': another figure has the same name");
  }
  return figures;
}

Node figures_schema() {
  std::vector<schema::Key> all;
  for (const FigureKey& key : keys())
    all.push_back({key.name, schema::with_doc(key.schema, key.doc), std::string_view(key.name) == "of"});
  return schema::list_of(schema::map_of(all));
}

Node write_figures(const std::vector<FigureRequest>& figures) {
  std::vector<Node> items;
  for (const FigureRequest& figure : figures) {
    Node& item = items.emplace_back(Node::map({}));
    for (const FigureKey& key : keys())
      if (Node value = key.write(figure); value.kind != Node::Kind::null) item[key.name] = std::move(value);
  }
  return Node::list(std::move(items));
}

}  // namespace hookflow::pipeline
