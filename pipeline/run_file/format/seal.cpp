#include "pipeline/run_file/format/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "pipeline/error.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/run_file/format/descriptor.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";  // of every HDF5 file

// The bytes of a seal: magic, format, size of the file, number of ranges, the ranges (first byte and size of
// each), digest. Numbers have eight bytes, little-endian as everything in the file; ranges that are not
// needed are empty. The magic is looked for at the file's start, where the seal is made before all else,
// since nothing can tell its place before HDF5 has parsed the file.
constexpr std::string_view kMagic = "hookflow run file\n";
constexpr std::size_t kHead = kMagic.size() + 24;
constexpr std::size_t kDigest = 64;       // in hexadecimal
constexpr std::size_t kSearched = 65536;  // for the magic, from the file's start on
constexpr std::size_t kHashedAtOnce = std::size_t{1} << 20;
constexpr std::size_t kMostRanges = 1 << 20;
constexpr const char* kBytes = "byte";

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

void put_number(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::string read_bytes(int descriptor, std::uint64_t first, std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(descriptor, bytes.data() + done, count - done, static_cast<off_t>(first + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "reading");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

/// The hash of the hashes of all blocks that are not in `changing`.
std::string digest_of(int descriptor, std::uint64_t size, std::vector<ByteRange> changing) {
  std::ranges::sort(changing, {}, &ByteRange::first);
  std::string hashes;
  std::uint64_t at = 0;
  const auto add_until = [&](std::uint64_t end) {
    while (at < end) {
      const std::string bytes = read_bytes(
          descriptor, at, static_cast<std::size_t>(std::min<std::uint64_t>(end - at, kHashedAtOnce)));
      if (bytes.empty()) return;  // shorter than its size says
      hashes += sha256(bytes);
      at += bytes.size();
    }
  };
  for (const ByteRange& range : changing) {
    add_until(range.first);
    at = std::max(at, range.first + range.size);
  }
  add_until(size);
  return sha256(hashes);
}

std::uint64_t size_of_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

/// Where the seal begins, in a file's first bytes; none: npos.
std::size_t find_seal(const std::string& start) {
  return start.starts_with(kSignature) ? start.find(kMagic) : std::string::npos;
}

}  // namespace

void make_seal(h5::File& file, std::size_t most_ranges) {
  h5::Group group = file.create_group(kSealGroup);
  group.set_text("about", "SHA-256 of the file's bytes that never change, and which those are not");
  const std::size_t size = kHead + 16 * most_ranges + kDigest;
  h5::Dataset bytes = group.create_dataset(kBytes, h5::Kind::uint8, {size});
  bytes.set_text("long_name", "Magic, numbers and digest");
  bytes.make_scale();  // of itself, as netCDF wants a scale for every axis
}

void set_seal(h5::File& file, std::vector<ByteRange> changing) {
  h5::Dataset seal = file.open_group(kSealGroup).open_dataset(kBytes);
  file.flush();
  const int descriptor = file.descriptor();
  const std::uint64_t size = size_of_file(descriptor);
  const std::size_t room = (seal.cells() - kHead - kDigest) / 16;
  if (changing.size() > room) throw std::logic_error("seal: too many ranges");
  changing.resize(room);
  std::string bytes(kMagic);
  for (const std::uint64_t number : {std::uint64_t{kFormatVersion}, size, std::uint64_t{room}})
    put_number(bytes, number);
  for (const ByteRange& range : changing) {
    put_number(bytes, range.first);
    put_number(bytes, range.size);
  }
  const auto write = [&](const std::string& digest) {
    const std::string all = bytes + digest;
    seal.write_all(std::span(reinterpret_cast<const std::uint8_t*>(all.data()), all.size()));
    file.flush();
  };
  write(std::string(kDigest, '0'));
  changing.push_back({seal.bytes().first + bytes.size(), kDigest});
  write(digest_of(descriptor, size, std::move(changing)));
}

bool has_seal(int descriptor) { return find_seal(read_bytes(descriptor, 0, kSearched)) != std::string::npos; }

void check_seal(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why) { throw InputError(path.string() + ": " + why); };
  const std::string rewritten =
      " (one that a tool such as h5repack rewrote is read, unchecked, by inspect and diff with --unsealed)";
  const auto expect = [&](bool intact) {
    if (!intact)
      refuse("is not as hookflow left it: it is damaged, or another program has written into it" + rewritten);
  };
  const Descriptor file = Descriptor::open(path, O_RDONLY);
  if (!file) refuse(std::generic_category().message(errno));
  const std::string start = read_bytes(file.number(), 0, kSearched);
  if (!start.starts_with(kSignature) && (path.extension() == ".yaml" || path.extension() == ".yml"))
    refuse("is a workflow, not an HDF5 file; `hookflow run` makes a run file of it");
  if (!start.starts_with(kSignature)) refuse("not an HDF5 file, or a damaged one");
  const std::size_t seal = find_seal(start);
  if (seal == std::string::npos) refuse("was not written by hookflow, or is damaged" + rewritten);
  const std::string head = read_bytes(file.number(), seal, kHead);
  expect(head.size() == kHead);
  const std::uint64_t format = number_at(head, kMagic.size());
  const std::uint64_t size = number_at(head, kMagic.size() + 8);
  const std::uint64_t count = number_at(head, kMagic.size() + 16);
  check_format(format, path.string());
  expect(size == size_of_file(file.number()) && count <= kMostRanges);
  const std::string list = read_bytes(file.number(), seal + kHead, 16 * count);
  expect(list.size() == 16 * count);
  std::vector<ByteRange> changing;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteRange range{number_at(list, 16 * i), number_at(list, 16 * i + 8)};
    expect(range.first <= size && range.size <= size - range.first);
    changing.push_back(range);
  }
  const std::uint64_t digest_at = seal + kHead + list.size();
  changing.push_back({digest_at, kDigest});
  expect(read_bytes(file.number(), digest_at, kDigest) ==
         digest_of(file.number(), size, std::move(changing)));
}

}  // namespace hookflow::pipeline
