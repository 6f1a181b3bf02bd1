#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/rows/sequence.hpp"

namespace hookflow {

/// How a prompt begins as an earlier one does.
struct SharedPrefix {
  std::optional<std::size_t> parent;  // the earlier one; none: there is no such
  std::size_t length = 0;             // tokens
};

/// Of each list of token ids the longest prefix that it has in common with one before it; with several of
/// that length, the first.
std::vector<SharedPrefix> shared_prefixes(std::span<const std::vector<std::int32_t>> prompts);

/// How far, within the `length` tokens in which two prompts agree, a variant is the same of both: its edits
/// are, and none of them depends on what stands behind.
std::size_t agreed_length(const Variant& variant, const FedPrompt& a, const FedPrompt& b, std::size_t length);

/// Whether a place's rows depend on what stands behind them, so that prompts cannot share them.
bool depends_on_all_tokens(HookKind kind);

}  // namespace hookflow
