#pragma once
#include <string>
#include <type_traits>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "pipeline/h5/h5.hpp"

/// For the sources of this folder alone: what needs HDF5's own declarations.
namespace hookflow::pipeline::h5::detail {

/// Keeps HDF5 from printing its errors, which a thread-safe HDF5 has as a setting of each thread, and from
/// locks of its own and clearing up at the end. Must come before all else of HDF5's, its constants
/// (H5P_FILE_ACCESS) included.
void quiet();

[[noreturn]] void fail(const std::string& where, const char* action);

/// Calls a function of HDF5: its result, or the error it reports.
template <class Result, class... Parameters>
Result call(const std::string& where, const char* action, Result (*function)(Parameters...),
            std::type_identity_t<Parameters>... arguments) {
  quiet();
  const Result result = function(arguments...);
  if (result < 0) fail(where, action);
  return result;
}

/// The same for what must be closed with `close`.
template <class... Parameters>
Handle own(Handle::Closer close, const std::string& where, const char* action,
           hid_t (*function)(Parameters...), std::type_identity_t<Parameters>... arguments) {
  return {call(where, action, function, arguments...), close};
}

Handle file_type(Kind kind);    // little-endian, UTF-8
Handle memory_type(Kind kind);  // of the machine
Kind kind_of(hid_t file_type);
Handle simple_space(const std::vector<std::size_t>& extents);
/// How values are written and read: HDF5 clears a buffer for every transfer that converts, a megabyte large
/// unless told otherwise, be it for a single text.
hid_t transfer_properties();

/// How HDF5 is given texts.
std::vector<const char*> pointers_to(std::span<const std::string> texts);
/// The texts that HDF5 gave, whose memory goes back to it.
std::vector<std::string> take_texts(std::vector<char*>& given, hid_t type, hid_t space,
                                    const std::string& where);

}  // namespace hookflow::pipeline::h5::detail
