#pragma once
#include "model/library/family.hpp"
#include "model/library/settings.hpp"

namespace hookflow::gpt2 {

/// The facts that a GPT-2's config.json gives; refuses every setting that would change a number otherwise.
Config read_config(Settings& settings);

/// The tensors of Hugging Face's GPT2LMHeadModel.
void name_tensors(TensorTable& table, const Config& config, Weights& weights);

/// The modules of GPT2LMHeadModel.
const ModuleNames& module_names();

/// Causal masks, which older writers stored with the parameters.
bool is_mask(const std::string& name);

/// Heads of models that are fine-tuned for other tasks than the next token: they read the last hidden state,
/// and no logit depends on them.
bool is_head_of_another_task(const std::string& name);

}  // namespace hookflow::gpt2
