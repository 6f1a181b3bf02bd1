#pragma once
#include <string_view>

#include "model/files/strict_json.hpp"

namespace hookflow {

/// Tells `sax` what a JSON text holds, as nlohmann's own parser would, several times as fast: a vocabulary of
/// 50,000 tokens is most of what is read before a model runs. Reads only what such files are made of. Returns
/// false where it meets anything else (a number that is not 0 or a natural one, half of a surrogate pair,
/// what is malformed) or where `sax` stops it: then that parser is to read the text, and to say what is
/// wrong.
bool read_plain_json(std::string_view text, nlohmann::json_sax<FlatJson>& sax);

}  // namespace hookflow
