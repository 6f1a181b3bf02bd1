#include "stages/tokenize/token_batches.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

namespace hookflow::stages {
namespace {

using Ids = std::span<const std::int32_t>;

std::size_t shared_beginning(Ids a, Ids b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

bool is_worth_it(std::size_t shared, std::size_t shorter) { return shared > 1 && 4 * shared >= shorter; }

/// Any order in which equal beginnings stand together will do, so that no list shares more with one before it
/// than with its neighbour; that of the bytes is the fastest.
bool stands_before(Ids a, Ids b) {
  const auto first = std::as_bytes(a);
  const auto second = std::as_bytes(b);
  return std::lexicographical_compare(first.begin(), first.end(), second.begin(), second.end());
}

/// A prompt behind another with which it shares that many tokens; 0 of the first of a family.
struct Member {
  std::size_t prompt = 0;
  std::size_t shared = 0;
};
using Family = std::vector<Member>;

std::size_t first_prompt(const Family& family) {
  return std::ranges::min(family, {}, &Member::prompt).prompt;
}

/// Prompts that come to stand together, in the order of the families' first prompts; most are alone.
std::vector<Family> families_of(const TokenLists& ids) {
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return stands_before(ids[a], ids[b]); });
  std::vector<Family> families;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Ids own = ids[order[i]];
    const Ids before = i == 0 ? Ids() : ids[order[i - 1]];
    const std::size_t shared = shared_beginning(before, own);
    const bool joins = is_worth_it(shared, std::min(before.size(), own.size()));
    if (!joins) families.emplace_back();
    families.back().push_back({order[i], joins ? shared : 0});
  }
  std::ranges::sort(families, {}, first_prompt);
  return families;
}

/// Fills one batch after the other.
class Filling {
 public:
  Filling(const TokenLists& ids, std::size_t largest) : ids_(ids), largest_(largest) {}

  /// A family that does not fit in what is left of a batch begins another, which it may not fit in either.
  void add(const Family& family) {
    std::size_t weight = 0;
    for (const Member& member : family) weight += weight_of(member);
    if (!fits(weight)) batches_.emplace_back();
    bool alone = true;  // in the batch, of its family
    for (const Member& member : family) {
      if (!alone && !fits(weight_of(member))) {
        batches_.emplace_back();
        alone = true;
      }
      batches_.back().add(member.prompt, alone ? ids_[member.prompt].size() : weight_of(member));
      alone = false;
    }
  }

  std::vector<pipeline::Batch> take() {
    std::ranges::sort(batches_, {},
                      [](const pipeline::Batch& batch) { return std::ranges::min(batch.prompts); });
    return std::move(batches_);
  }

 private:
  [[nodiscard]] std::size_t weight_of(const Member& member) const {
    const std::size_t length = ids_[member.prompt].size();
    return member.shared == 0 ? length : std::max<std::size_t>(1, length - member.shared);
  }
  [[nodiscard]] bool fits(std::size_t weight) const {
    return !batches_.empty() && batches_.back().weight() + weight <= largest_;
  }

  const TokenLists& ids_;
  std::size_t largest_;
  std::vector<pipeline::Batch> batches_;
};

}  // namespace

std::vector<pipeline::Batch> token_batches(const TokenLists& ids, std::size_t largest) {
  Filling filling(ids, largest);
  for (const Family& family : families_of(ids)) filling.add(family);
  return filling.take();
}

}  // namespace hookflow::stages
