#pragma once
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// Bytes as a page can hold them: gzip, without a time, in base64. Equal bytes give equal text.
std::string packed(std::string_view bytes);

}  // namespace hookflow::pipeline
