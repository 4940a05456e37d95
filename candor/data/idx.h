// IDX, the format of MNIST: two zero bytes, a type byte, the number of axes, big-endian extents, then the elements.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "candor/data/dataset.h"

namespace candor::data {

/// Reads an IDX file, plain or gzip-packed (by content, not by name). Types: u8, i8, i16 (becomes i32), i32, f32, f64. What the
/// header claims is compared with the size of the file before memory is taken. Throws Error: not_found, io, corrupt.
Tensor read_idx(const std::string& path);

/// The same for bytes in memory; `name` stands in errors.
Tensor parse_idx(std::span<const std::byte> bytes, const std::string& name);

/// Images and labels as a dataset: features [n, height, width, 1] as stored, targets i32. Throws Error (corrupt) when their
/// numbers differ or labels are not whole numbers from 0.
Dataset read_idx_pair(const std::string& images, const std::string& labels);

/// True when the folder holds files named like MNIST's (train-images-idx3-ubyte, t10k-labels-idx1-ubyte.gz, ...).
bool is_idx_folder(const std::string& folder);

/// Reads such a folder. The t10k (or test) files are the test part; without them `test` has no rows. Throws Error (not_found)
/// that names the missing file.
Split read_idx_folder(const std::string& folder);

/// MNIST from `folder`, or from mnist/ below CANDOR_DATA. Throws Error (not_found) that says which file, where it was looked
/// for and how to get it.
Split mnist(const std::string& folder = {});

}  // namespace candor::data
