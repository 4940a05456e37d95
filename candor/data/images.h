// A folder of pictures for each class.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/image.h"

namespace candor::data {

struct ImageOptions {
  std::int64_t height = 0, width = 0;  ///< resize to this; 0: all pictures must have the same size
  int channels = 0;                    ///< convert to 1 (grey) or 3 (RGB); 0: all must have the same
  bool skip_bad = false;               ///< leave pictures out that cannot be decoded, and count them
  std::vector<std::string> class_names = {};  ///< classes of a trained model, in order; empty: the folder names sorted
  std::size_t memory = 0;              ///< bytes of pixels to hold; more than that lie in a temporary file that is mapped; 0: half of what is free
};

/// Which files belong to which class, before anything is decoded.
struct ImageList {
  std::string folder = {};
  std::vector<std::string> class_names = {};
  std::vector<std::pair<std::string, std::int32_t>> files = {};  ///< path and class, sorted by path within a class
};

/// True when the folder holds a folder with pictures, directly or below train/ and test/.
bool is_image_folder(const std::string& folder);

/// Lists a folder with one folder per class. Hidden files and files without a picture's extension are passed over. Throws Error
/// (not_found) when there are no pictures.
ImageList list_images(const std::string& folder, const ImageOptions& options = {});

/// One picture from a file, with the size and channels the options ask for.
Image load_image(const std::string& path, const ImageOptions& options = {});

/// Decodes all of it once, in parallel, before training: decoding ahead of each step would do the same work again in every epoch (see
/// docs/decisions.md). Pixels that do not fit into memory lie in a temporary file and are read as training asks for them. Features
/// u8 [n, height, width, channels], targets i32. Headers are read and compared before memory is taken. Throws Error (corrupt) for the
/// first picture that cannot be decoded, Error (shape) for the first whose size or channels differ.
Dataset read_images(const ImageList& list, const ImageOptions& options = {});

/// list_images and read_images; a folder with train/ and test/ (or val/, validation/) gives two parts.
Split read_image_folder(const std::string& folder, const ImageOptions& options = {});

}  // namespace candor::data
