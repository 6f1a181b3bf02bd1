#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "pipeline/h5/detail.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline::h5 {

using detail::call;
using detail::own;
using detail::quiet;

Dataset::Dataset(Handle handle, std::string file, std::string path, std::shared_ptr<Heap> sketch)
    : Object(std::move(handle), std::move(file), std::move(path)),
      space_(own(H5Sclose, where(), "reading the shape", H5Dget_space, handle_.get())),
      stored_(own(H5Tclose, where(), "reading the type", H5Dget_type, handle_.get())),
      kind_(detail::kind_of(stored_.get())),
      stored_bytes_(H5Tget_size(stored_.get())),
      sketch_(std::move(sketch)) {
  const int rank = call(where(), "reading the shape", H5Sget_simple_extent_ndims, space_.get());
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  if (rank > 0)
    call(where(), "reading the shape", H5Sget_simple_extent_dims, space_.get(), sizes.data(), nullptr);
  extents_.assign(sizes.begin(), sizes.end());
}

// https://docs.hdfgroup.org/hdf5/v1_10/_f_m_t11.html, "Global Heap": an empty text is not in it; any other
// has a header and is padded, and so many as fit are a collection.
void Heap::add(std::size_t text_bytes) {
  constexpr std::size_t kCollection = 4096, kHeader = 16, kAligned = 8;
  if (text_bytes == 0) return;
  const std::size_t needed = kHeader + (text_bytes + kAligned - 1) / kAligned * kAligned;
  auto room = std::ranges::find_if(rooms_, [&](std::size_t left) { return left >= needed; });
  if (room == rooms_.end()) {
    const std::size_t made = std::max(kCollection, kHeader + needed);
    bytes_ += made;
    room = std::ranges::min_element(rooms_);
    *room = made - kHeader;
  }
  *room -= needed;
}

std::size_t Dataset::cells() const {
  return std::accumulate(extents_.begin(), extents_.end(), std::size_t{1}, std::multiplies<>());
}

ByteRange Dataset::bytes() const {
  quiet();
  const std::uint64_t size = H5Dget_storage_size(handle_.get());
  return size == 0 ? ByteRange{} : ByteRange{H5Dget_offset(handle_.get()), size};
}

std::size_t Dataset::stored_cells() const {
  const Handle properties = own(H5Pclose, where(), "reading the layout", H5Dget_create_plist, handle_.get());
  if (H5Pget_layout(properties.get()) != H5D_CONTIGUOUS) return cells();
  if (H5Dget_storage_size(handle_.get()) / std::max<std::size_t>(own_bytes(), 1) != cells())
    throw Error(where() + ": its shape does not fit what is stored");
  return cells();
}

// A text is stored as a length and a place in the heap, whatever size its type claims.
std::size_t Dataset::own_bytes() const {
  constexpr std::size_t kPlaceInHeap = 16;
  return kind_ == Kind::text ? kPlaceInHeap : stored_bytes_;
}

Block Dataset::rows(std::size_t first, std::size_t count) const {
  Block block = whole();
  if (!block.start.empty()) {
    block.start[0] = first;
    block.count[0] = count;
  } else if (first != 0) {
    throw std::logic_error(where() + ": has a single value");
  }
  return block;
}

void Dataset::transfer(bool writing, const Block& block, Kind kind, void* values, std::size_t count) const {
  const std::size_t rank = extents_.size();
  bool fits = block.start.size() == rank && block.count.size() == rank;
  std::size_t wanted = 1;
  for (std::size_t axis = 0; fits && axis < rank; ++axis) {
    fits = block.start[axis] <= extents_[axis] && block.count[axis] <= extents_[axis] - block.start[axis];
    wanted *= block.count[axis];
  }
  if (!fits || wanted != count)
    throw std::logic_error(where() + ": " + std::to_string(count) + " values do not fit the block asked for");
  if (count == 0 || sketch_) return;

  if (rank > 0) {
    const std::vector<hsize_t> start(block.start.begin(), block.start.end());
    const std::vector<hsize_t> size(block.count.begin(), block.count.end());
    call(where(), "selecting", H5Sselect_hyperslab, space_.get(), H5S_SELECT_SET, start.data(), nullptr,
         size.data(), nullptr);
  }
  const Handle memory = detail::simple_space({count});
  const Handle type = detail::memory_type(kind);
  const hid_t properties = detail::transfer_properties();
  if (writing)
    call(where(), "writing", H5Dwrite, handle_.get(), type.get(), memory.get(), space_.get(), properties,
         values);
  else
    call(where(), "reading", H5Dread, handle_.get(), type.get(), memory.get(), space_.get(), properties,
         values);
}

std::size_t Dataset::cell_bytes() const {
  if (kind_ == Kind::text || kind_ == Kind::other)
    throw Error(where() + ": its cells have no size that is known");
  return stored_bytes_;
}

void Dataset::read_stored(const Block& block, std::span<char> bytes) const {
  transfer(false, block, kind_, bytes.data(), bytes.size() / cell_bytes());
}

void Dataset::write_stored(const Block& block, std::string_view bytes) {
  transfer(true, block, kind_, const_cast<char*>(bytes.data()), bytes.size() / cell_bytes());
}

void Dataset::write_texts(std::span<const std::string> values, std::size_t first) {
  if (extents_.size() != 1 || first > extents_[0] || values.size() > extents_[0] - first)
    throw std::logic_error(where() + ": does not have as many texts");
  if (values.empty()) return;
  if (sketch_)
    for (const std::string& value : values) sketch_->add(value.size());
  std::vector<const char*> pointers = detail::pointers_to(values);
  transfer(true, {{first}, {values.size()}}, Kind::text, pointers.data(), pointers.size());
}

std::vector<std::string> Dataset::read_texts() const {
  std::vector<char*> pointers(stored_cells(), nullptr);
  if (kind_ != Kind::text) throw Error(where() + ": holds no text");
  if (pointers.empty()) return {};
  call(where(), "reading", H5Dread, handle_.get(), stored_.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
       pointers.data());
  call(where(), "selecting", H5Sselect_all, space_.get());
  return detail::take_texts(pointers, stored_.get(), space_.get(), where());
}

Block Dataset::text_row(std::size_t row) const {
  if (kind_ != Kind::character || extents_.empty() || extents_.size() > 2)
    throw Error(where() + ": has no rows of text");
  return extents_.size() == 2 ? rows(row, 1) : whole();
}

void Dataset::write_row_text(std::size_t row, const std::string& value) {
  const Block block = text_row(row);
  std::string padded = cut_text(value, extents_.back());
  padded.resize(extents_.back(), '\0');
  transfer(true, block, Kind::character, padded.data(), padded.size());
}

std::string Dataset::read_row_text(std::size_t row) const {
  const Block block = text_row(row);
  std::string padded(extents_.back(), '\0');
  transfer(false, block, Kind::character, padded.data(), padded.size());
  return padded.c_str();  // what is before the first zero
}

std::vector<std::string> Dataset::read_row_texts() const {
  if (kind_ != Kind::character || extents_.size() != 2) throw Error(where() + ": has no rows of text");
  const std::size_t width = extents_[1];
  std::string bytes(stored_cells(), '\0');
  transfer(false, whole(), Kind::character, bytes.data(), bytes.size());
  std::vector<std::string> texts(extents_[0]);
  for (std::size_t row = 0; row < texts.size(); ++row) texts[row] = bytes.substr(row * width, width).c_str();
  return texts;
}

void Dataset::make_scale() {
  const std::string name = path_.substr(path_.rfind('/') + 1);
  call(where(), "making a dimension scale", H5DSset_scale, handle_.get(), name.c_str());
}

// https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html, "Dimensions without
// coordinate variables": this text, and the size in ten places.
void Dataset::make_bare_scale() {
  const std::string size = std::to_string(cells());
  const std::string name = "This is a netCDF dimension but not a netCDF variable." +
                           std::string(10 - std::min<std::size_t>(size.size(), 10), ' ') + size;
  call(where(), "making a dimension scale", H5DSset_scale, handle_.get(), name.c_str());
}

bool Dataset::is_scale() const {
  return call(where(), "looking for a dimension scale", H5DSis_scale, handle_.get()) > 0;
}

void Dataset::attach_scale(const Dataset& scale, std::size_t axis) {
  call(where(), "attaching a dimension scale", H5DSattach_scale, handle_.get(), scale.handle_.get(),
       static_cast<unsigned>(axis));
}

}  // namespace hookflow::pipeline::h5
