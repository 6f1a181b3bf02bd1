#pragma once
#include <string>
#include <string_view>

namespace hookflow {

/// Checks that a text is one JSON object without what a lenient parser lets pass: a key given twice in one
/// object, bytes after the object, a NUL, nesting deeper than 32. After this a DOM parse of the same text
/// succeeds and loses nothing. Throws ModelError that starts with `place`, the text's file.
void check_json_object(std::string_view text, const std::string& place);

}  // namespace hookflow
