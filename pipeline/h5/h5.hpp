#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// HDF5 with owners for its handles. Every call that HDF5 refuses throws an Error
/// `file: /object: what was tried: what HDF5 says`; HDF5 itself prints nothing.
namespace hookflow::pipeline::h5 {

/// HDF5 could not read or write a file, or found something else in it than was looked for.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An HDF5 identifier and the function that closes it.
class Handle {
 public:
  using Closer = int (*)(std::int64_t);
  Handle() = default;
  Handle(std::int64_t id, Closer close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept { *this = std::move(other); }
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }

  [[nodiscard]] std::int64_t get() const { return id_; }
  bool reset();  // false when HDF5 could not close it properly

 private:
  std::int64_t id_ = -1;
  Closer close_ = nullptr;
};

/// What the elements of a dataset are. `text` has any length and lives in the file's heap; `character` is a
/// byte of a text of limited length, which is an axis more and can be overwritten without moving anything.
enum class Kind { float32, float64, int64, uint8, character, text, other };

/// A box of a dataset's cells.
struct Block {
  std::vector<std::size_t> start;
  std::vector<std::size_t> count;
  [[nodiscard]] std::size_t cells() const {
    return std::accumulate(count.begin(), count.end(), std::size_t{1}, std::multiplies<>());
  }
  friend bool operator==(const Block&, const Block&) = default;
};

/// Consecutive bytes of the file.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

/// HDF5's own note, in the superblock, of who has the file open.
/// https://docs.hdfgroup.org/hdf5/v1_10/_f_m_t11.html, "File Consistency Flags"
inline constexpr ByteRange kOpenFlag{20, 4};

template <class T>
concept Number = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t> ||
    std::is_same_v<T, std::uint8_t>;

template <class T>
requires Number<T> || std::is_same_v<T, std::string>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, float>) return Kind::float32;
  if constexpr (std::is_same_v<T, double>) return Kind::float64;
  if constexpr (std::is_same_v<T, std::int64_t>) return Kind::int64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return Kind::uint8;
  return Kind::text;
}

/// Anything with attributes. Texts are UTF-8.
class Object {
 public:
  [[nodiscard]] const std::string& path() const { return path_; }  // inside the file: "/scores/log_prob"
  [[nodiscard]] bool has_attribute(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> attribute_names() const;

  void set_text(const std::string& name, const std::string& value);
  void set_texts(const std::string& name, std::span<const std::string> values);
  template <Number T>
  void set_number(const std::string& name, T value) {
    create_attribute(name, kind_of<T>(), {}, &value);
  }
  void set_bytes(const std::string& name, std::span<const std::uint8_t> values) {
    create_attribute(name, Kind::uint8, {values.size()}, values.data());
  }

  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;  // numbers are spelled out
  [[nodiscard]] std::string text(const std::string& name) const;                // joined with ", "
  [[nodiscard]] std::int64_t integer(const std::string& name) const;

 protected:
  Object() = default;
  Object(Handle handle, std::string file, std::string path);
  [[nodiscard]] std::string where() const { return file_ + ": " + path_; }
  [[nodiscard]] std::string where(const std::string& attribute) const { return where() + "@" + attribute; }

  Handle handle_;
  std::string file_;
  std::string path_;

 private:
  friend class Dataset;
  [[nodiscard]] Handle open_attribute(const std::string& name) const;
  void create_attribute(const std::string& name, Kind kind, const std::vector<std::size_t>& extents,
                        const void* value);
};

/// What a file that is only sketched would hold beside its structure: texts in the heap.
class Heap {
 public:
  void add(std::size_t text_bytes);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
  std::array<std::size_t, 16> rooms_{};  // in the collections that are looked at, as many as HDF5 does
};

/// An array of the file. Made contiguous, allocated and filled (NaN, -1, 0), so that it has a fixed place.
class Dataset : public Object {
 public:
  Dataset() = default;  // none yet
  [[nodiscard]] const std::vector<std::size_t>& extents() const { return extents_; }
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::size_t cells() const;
  /// Whole rows along the first axis; without axes, its one cell as row 0.
  [[nodiscard]] Block rows(std::size_t first, std::size_t count) const;
  /// Where its values lie in the file; of texts, which lie in the heap, where the references to them do.
  [[nodiscard]] ByteRange bytes() const;

  template <Number T>
  void write(const Block& block, std::span<const T> values) {
    transfer(true, block, kind_of<T>(), const_cast<T*>(values.data()), values.size());
  }
  template <Number T>
  void read(const Block& block, std::span<T> values) const {
    transfer(false, block, kind_of<T>(), values.data(), values.size());
  }
  template <Number T>
  void write_all(std::span<const T> values) {
    write(whole(), values);
  }
  template <Number T>
  [[nodiscard]] std::vector<T> read_all() const {
    std::vector<T> values(stored_cells());
    read(whole(), std::span<T>(values));
    return values;
  }
  /// Reads the values' bytes as they are stored; not of texts in the heap.
  void read_stored(const Block& block, std::span<char> bytes) const;
  void write_stored(const Block& block, std::string_view bytes);  // writes such
  [[nodiscard]] std::size_t cell_bytes() const;

  void write_texts(std::span<const std::string> values, std::size_t first = 0);  // from that row on
  [[nodiscard]] std::vector<std::string> read_texts() const;
  /// Of an array of characters: each row of bytes, or all of them where it has no rows, is a text padded with
  /// zeros. One that does not fit is cut with "…".
  void write_row_text(std::size_t row, const std::string& value);
  [[nodiscard]] std::string read_row_text(std::size_t row) const;
  [[nodiscard]] std::vector<std::string> read_row_texts() const;

  void make_scale();  // named as the dataset is
  /// A scale that gives a dimension its name and size only. NetCDF has such, and does not show it as a
  /// variable.
  void make_bare_scale();
  [[nodiscard]] bool is_scale() const;
  void attach_scale(const Dataset& scale, std::size_t axis);

 private:
  friend class Group;
  Dataset(Handle handle, std::string file, std::string path, std::shared_ptr<Heap> sketch);
  [[nodiscard]] Block whole() const { return {std::vector<std::size_t>(extents_.size()), extents_}; }
  /// cells(), or an Error when so many are not in the file, as a damaged shape may claim: memory for them
  /// would have no limit. What another tool compressed cannot be checked.
  [[nodiscard]] std::size_t stored_cells() const;
  [[nodiscard]] std::size_t own_bytes() const;  // of a cell, without what lies in the heap
  [[nodiscard]] Block text_row(std::size_t row) const;
  void transfer(bool writing, const Block& block, Kind kind, void* values, std::size_t count) const;

  Handle space_;
  Handle stored_;  // the type of its cells in the file
  Kind kind_ = Kind::other;
  std::size_t stored_bytes_ = 0;  // of a cell
  std::vector<std::size_t> extents_;
  std::shared_ptr<Heap> sketch_;  // of a sketched file: what is written is counted, and no more
};

class Group : public Object {
 public:
  Group create_group(const std::string& name);
  [[nodiscard]] Group open_group(const std::string& name) const;
  Dataset create_dataset(const std::string& name, Kind kind, const std::vector<std::size_t>& extents);
  [[nodiscard]] Dataset open_dataset(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> group_names() const;
  [[nodiscard]] std::vector<std::string> dataset_names() const;

 protected:
  using Object::Object;

 private:
  friend class File;
  Group(Handle handle, const Group& parent, const std::string& name);
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] std::string place_of(const std::string& name) const { return file_ + ": " + path_of(name); }
  [[nodiscard]] std::vector<std::string> members(int wanted) const;
  [[nodiscard]] std::uint64_t unallocated() const;

  std::shared_ptr<Heap> sketch_;
};

/// An open file; as a Group, its root. HDF5's own locking is left off: see run_file/format/run_lock.hpp.
class File : public Group {
 public:
  static File create(const std::filesystem::path& path);  // which must not exist
  static File open(const std::filesystem::path& path, bool writable);
  /// A file in memory alone that has no room for cells, to find out how large one would be: with the heap of
  /// its texts within a hundredth or so.
  static File sketch();
  [[nodiscard]] std::uint64_t size_when_allocated();

  [[nodiscard]] int descriptor() const;  // HDF5's own
  void flush();
  void sync();        // flush, and wait for the disk
  void begin_sync();  // lets the disk begin with what was written, so that sync() waits less
  void close();       // throws, as the destructor cannot
  void rename(const std::string& name) { file_ = name; }  // in messages

 private:
  File(Handle handle, const std::string& file) : Group(std::move(handle), file, "/") {}
};

/// Version of the HDF5 library in use, as 1.10.8.
std::string library_version();
/// Frees memory that HDF5 has no use for but keeps.
void free_unused();

}  // namespace hookflow::pipeline::h5
