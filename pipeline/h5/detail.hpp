#pragma once
#include <string>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "pipeline/h5/h5.hpp"

/// For the sources of this folder alone: what needs HDF5's own declarations.
namespace hookflow::pipeline::h5::detail {

/// Keeps HDF5 from printing its errors. A thread-safe HDF5 has that setting for each thread, so every
/// function of ours that calls HDF5 comes past here.
void quiet();

[[noreturn]] void fail(const std::string& where, const char* action);

/// The result of an HDF5 call, or the error it reports.
template <class Result>
Result check(Result result, const std::string& where, const char* action) {
  if (result < 0) fail(where, action);
  return result;
}

Handle file_type(Kind kind);                // little-endian, UTF-8
Handle memory_type(Kind kind);              // of the machine
Handle fixed_text_type(std::size_t bytes);  // ends with a zero
Kind kind_of(hid_t file_type);
Handle simple_space(const std::vector<std::size_t>& extents);

}  // namespace hookflow::pipeline::h5::detail
