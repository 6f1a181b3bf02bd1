#include "model/gpt2/gpt2.hpp"

namespace hookflow::gpt2 {
namespace {

const bool kGpt2 =
    register_family({"gpt2", read_config, {"transformer.", is_mask, is_head_of_another_task}, name_tensors});

}  // namespace
}  // namespace hookflow::gpt2
