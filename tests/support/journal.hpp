#pragma once
#include <cstdint>

namespace hookflow::test {

/// What a program did to the files of its working directory, in order, as tests/write_recorder.cpp writes it
/// down: records of this head and so many bytes.
enum class Did : std::uint32_t {
  create,  // bytes: the name
  open,    // bytes: the name, of a file or a folder
  write,   // bytes: as written, at `offset`
  resize,  // to `offset`
  sync,    // ended well
  rename,  // bytes: the old name, '\0', the new name
  link,    // the same
  unlink,  // bytes: the name
};

struct JournalHead {
  Did did = Did::sync;
  std::uint32_t handle = 0;  // names what was opened; for each process anew, from 1 on
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // of the bytes that follow
};

}  // namespace hookflow::test
