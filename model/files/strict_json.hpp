#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace hookflow {

/// An object's members as they stand in the file. A vocabulary has 50,000 of them: they are walked, not
/// looked up, and a tree of them would take longer to build than all the rest of a tokenizer.
template <typename Key, typename Value, typename Less, typename Allocator>
struct JsonMembers : nlohmann::ordered_map<Key, Value, Less, Allocator> {
  using Base = nlohmann::ordered_map<Key, Value, Less, Allocator>;
  using Base::Base;
  Value& operator[](const Key& key) {  // by which the parser adds one
    this->emplace_back(key, Value());
    return this->back().second;
  }
};

using FlatJson = nlohmann::basic_json<JsonMembers>;

/// Reads a text that is one JSON object, and refuses what a lenient parser lets pass: a key given twice in
/// one object, bytes after the object, a NUL, nesting deeper than 32. Throws ModelError that starts with
/// `place`, the text's file.
FlatJson parse_json_object(std::string_view text, const std::string& place);

}  // namespace hookflow
