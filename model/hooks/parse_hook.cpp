#include <utility>

#include "model/error.hpp"
#include "model/hooks/hook.hpp"
#include "model/hooks/index_list.hpp"
#include "model/hooks/module_names.hpp"

namespace hookflow {
namespace {

// The three parts of a name: which place, which layers, which heads.
struct Parts {
  std::string name;  // with `*` for the layers
  std::optional<std::string_view> layers;
  std::optional<std::string_view> heads;
};

Parts split(std::string_view text, const ModuleNames& modules) {
  Parts parts;
  std::string_view rest = text;
  if (const std::size_t bracket = rest.find('['); bracket != rest.npos) {
    if (rest.back() != ']') {
      throw ModelError("'" + std::string(text) +
                       "': the list of heads that '[' opens must end the name with ']'");
    }
    parts.heads = rest.substr(bracket + 1, rest.size() - bracket - 2);
    rest = rest.substr(0, bracket);
  }
  if (rest.starts_with(modules.root)) {
    rest.remove_prefix(modules.root.size());
  }
  for (const std::string_view prefix : {std::string_view("blocks."), modules.block}) {
    if (rest.starts_with(prefix)) {
      rest.remove_prefix(prefix.size());
      const std::size_t end = std::min(rest.find_first_of(".:"), rest.size());
      parts.layers = rest.substr(0, end);
      parts.name = std::string(prefix) + "*" + std::string(rest.substr(end));
      return parts;
    }
  }
  parts.name = rest;
  return parts;
}

std::vector<HookKind> find_kinds(const std::string& name, std::string_view text, const ModuleNames& modules) {
  std::vector<std::string> known;
  for (const HookKind kind : all_hook_kinds()) {
    if (name == pattern_name(kind)) {
      return {kind};
    }
    known.push_back(pattern_name(kind));
  }
  for (const auto& [path, kinds] : modules.paths) {
    if (name == path) {
      return kinds;
    }
    known.emplace_back(path);
  }
  throw UnknownName("'" + std::string(text) + "': no hook point has this name", "", name, known);
}

void refuse_heads(HookKind kind, const Parts& parts, std::string_view text) {
  const std::string place = pattern_name(kind);
  const std::string block = "blocks." + std::string(parts.layers.value_or("*"));
  const std::string heads = "[" + std::string(*parts.heads) + "]";
  if (kind < HookKind::attn_out || !in_block(kind)) {
    throw ModelError("'" + std::string(text) + "': " + place + " has no heads; " + block +
                     ".attn.hook_q, hook_k, " +
                     "hook_v, hook_z, hook_result, hook_attn_scores, hook_scores_raw and hook_pattern have");
  }
  throw ModelError("'" + std::string(text) + "': at " + place +
                   " there are no heads any more, W_O has mixed them; use " + block + ".attn.hook_z" + heads +
                   " to silence a head before W_O, or " + block + ".attn.hook_result" + heads +
                   " to see what it alone adds");
}

}  // namespace

std::vector<HookSelection> parse_hooks(std::string_view text, const Config& config) {
  static const ModuleNames kNone;
  const ModuleNames& modules = config.modules == nullptr ? kNone : *config.modules;
  const Parts parts = split(text, modules);
  std::vector<HookSelection> selections;
  for (const HookKind kind : find_kinds(parts.name, text, modules)) {
    HookSelection selection{kind, {}, {}};
    if (parts.layers) {
      selection.layers = parse_index_list(*parts.layers, {text, "layer", config.layers});
    }
    if (parts.heads) {
      if (!has_heads(kind)) {
        refuse_heads(kind, parts, text);
      }
      selection.heads = parse_index_list(*parts.heads, {text, "head", config.heads});
    }
    selections.push_back(std::move(selection));
  }
  return selections;
}

}  // namespace hookflow
