#include "model/memory/float_block.hpp"

#include <cstdint>
#include <new>
#include <stdexcept>
#include <sys/mman.h>

namespace hookflow {
namespace {

/// Advice that the kernel may decline. Whole pages alone can be advised.
void ask_for_huge_pages(float* first, std::size_t count) {
  constexpr std::uintptr_t kPage = 4096;
  const auto begin = (reinterpret_cast<std::uintptr_t>(first) + kPage - 1) / kPage * kPage;
  const auto end = reinterpret_cast<std::uintptr_t>(first + count) / kPage * kPage;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): madvise takes an address
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace

FloatBlock::FloatBlock(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0) return;  // mmap refuses length 0
  void* memory =
      ::mmap(nullptr, capacity * sizeof(float), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  first_ = static_cast<float*>(memory);
  ask_for_huge_pages(first_, capacity);
}

FloatBlock::~FloatBlock() {
  if (first_ != nullptr) ::munmap(first_, capacity_ * sizeof(float));
}

std::span<float> FloatBlock::take(std::size_t count) {
  if (rounded(count) > capacity_ - taken_) throw std::logic_error("FloatBlock: more taken than it holds");
  const std::span<float> piece{first_ + taken_, count};
  taken_ += rounded(count);
  return piece;
}

}  // namespace hookflow
