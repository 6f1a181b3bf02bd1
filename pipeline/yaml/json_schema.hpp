#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "pipeline/yaml/node.hpp"

/// Pieces of a JSON Schema (draft-07, https://json-schema.org/draft-07), as trees that to_json writes. They
/// say of a value in a workflow what reading it demands.
namespace hookflow::pipeline::schema {

inline constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

/// `string`, `integer`, `number`, `boolean`, `null`, `object` or `array`.
Node of_type(const std::string& type);
/// A text; a number stands for its spelling, as in `id: 5`.
Node text();
/// A text in which the pattern (ECMA-262) is found; an unquoted number is not looked at.
Node text_like(const std::string& pattern);
Node whole_number(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                  std::int64_t most = std::numeric_limits<std::int64_t>::max());
/// A text that is one of these.
Node words(const std::vector<std::string>& all);
Node list_of(Node item, std::size_t least = 0, std::size_t most = kAnyNumber);
/// A list of different items.
Node set_of(Node item, std::size_t least = 0);
/// Alternatives; those that are alternatives themselves are taken apart.
Node any_of(std::vector<Node> schemas);
struct Key {
  std::string name;
  Node schema;
  bool required = false;
};
/// A map of these keys and no others.
Node map_of(const std::vector<Key>& keys);

/// A map of any keys to values of one kind.
Node map_to(Node value);

/// The schema with a text that an editor shows beside the value.
Node with_doc(Node schema, const std::string& text);

}  // namespace hookflow::pipeline::schema
