#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace hookflow {

/// An object's members as they stand in the file. Those of a vocabulary, 50,000, are walked and not looked
/// up: a tree of them would take longer to build than all the rest of a tokenizer.
using FlatJson = nlohmann::ordered_json;

/// Reads a text that is one JSON object, and refuses what a lenient parser lets pass: a key given twice in
/// one object, bytes after the object, a NUL, nesting deeper than 32. Throws ModelError that starts with
/// `place`, the text's file.
FlatJson parse_json_object(std::string_view text, const std::string& place);

}  // namespace hookflow
