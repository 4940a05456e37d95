// NumPy's files: .npy, one array; .npz, a zip archive of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::data {

/// One field of an array: plain arrays have one without a name, structured ones ([('age', '<i4'), ('name', '<U8')]) several.
struct NpyField {
  std::string name;
  char kind = 'f';           ///< NumPy's letter: b i u f (numbers), U S (text), M (dates)
  std::size_t bytes = 8;     ///< of one element
  bool big_endian = false;
  std::size_t offset = 0;    ///< within a row of a structured array
  std::string unit;          ///< of dates: "D", "s", "ns", ...
};

/// A .npy file, opened: where its numbers are and what they mean.
struct NpyArray {
  std::string name;                         ///< the member of a .npz, without ".npy"
  std::vector<NpyField> fields;
  std::vector<std::int64_t> shape;
  bool fortran_order = false;               ///< column by column
  std::size_t item_bytes = 8;               ///< of one element with all of its fields
  std::span<const std::byte> bytes;         ///< the elements

  std::int64_t size() const;                ///< elements
  bool structured() const { return fields.size() != 1 || !fields[0].name.empty(); }
  /// Number, or text, of an element in C order. The field must be of that sort.
  double number(std::int64_t element, const NpyField& field) const;
  std::string text(std::int64_t element, const NpyField& field) const;
};

/// Reads the header. `bytes` must outlive the result; `name` stands in errors. Throws Error: corrupt; unsupported for arrays of Python objects
/// and of complex numbers.
NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& name);

/// The arrays of a .npz and the bytes they lie in.
struct Npz {
  std::vector<NpyArray> arrays;
  std::vector<std::vector<std::byte>> holders;
  /// The array with one of these names; null when there is none.
  const NpyArray* find(std::initializer_list<std::string_view> names) const;
};
/// What np.savez wrote is read where it lies, so `bytes` must outlive the result; packed arrays (np.savez_compressed) are unpacked into memory. `check`: compares checksums. Throws Error:
/// corrupt, memory, unsupported (packed, and no libarchive).
Npz parse_npz(std::span<const std::byte> bytes, const std::string& name, bool check = true);

/// Numbers as a tensor in C order: f32 and f64 as they are, f16, i8, u8, i32, i64 and bool too; other integers as i32 or i64. Lies in memory or, when it is large, in a temporary file
/// (data/row_memory.h). Throws Error (unsupported) for text and structured arrays, (memory).
Tensor to_tensor(const NpyArray& array);

/// The arrays of a .npz as examples: x_train, y_train, x_test, y_test (or train_x, ...), or x and y (X, features, images, data; labels, target,
/// targets) alone. Integer targets of one axis are classes. Throws Error (corrupt, shape) when rows differ or no such names are there; with
/// nothing to test on, `test` is empty.
Split read_npz_dataset(const std::string& path);

/// Whether the file is a .npz whose arrays have names of examples, so that it is no table.
bool is_npz_dataset(const std::string& path);

}  // namespace candor::data
