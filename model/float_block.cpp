#include "model/float_block.hpp"

#include <new>
#include <stdexcept>
#include <sys/mman.h>

namespace hookflow {

FloatBlock::FloatBlock(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0) return;  // mmap refuses length 0
  void* memory =
      ::mmap(nullptr, capacity * sizeof(float), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  ::madvise(memory, capacity * sizeof(float), MADV_HUGEPAGE);  // advice: the kernel may decline
  first_ = static_cast<float*>(memory);
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
