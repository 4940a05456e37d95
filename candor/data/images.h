// Pictures to learn from or to answer for: a folder or archive with a folder for each class, a table of paths and labels, loose files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/data/dataset.h"
#include "candor/data/image.h"

namespace candor::data {

struct ArchiveFile;  // data/archive.h

struct ImageOptions {
  std::int64_t height = 0, width = 0;  ///< resize to this; 0: all pictures must have the same size
  int channels = 0;                    ///< convert to 1 (grey) or 3 (RGB); 0: all must have the same
  bool skip_bad = false;               ///< leave pictures out that cannot be decoded, and count them
  std::vector<std::string> class_names = {};  ///< classes of a trained model, in order; empty: the folder names sorted
  std::size_t memory = 0;              ///< bytes of pixels to hold; more than that lie in a temporary file that is mapped; 0: half of what is free
  bool choose_size = false;            ///< pictures of several sizes or depths are brought to a common one, which Dataset::notes tells; large ones are made smaller
  Fit fit = Fit::stretch;              ///< how a picture of another shape fits the size asked for
  Resampling resampling = Resampling::bilinear;
  bool labelled = true;                ///< false: pictures to answer for; folders are no classes, a loose picture or a folder of them will do
};

/// Which files belong to which class, before anything is decoded.
struct ImageList {
  std::string folder = {};  ///< folder, archive or table they come from
  std::vector<std::string> class_names = {};
  std::vector<std::pair<std::string, std::int32_t>> files = {};  ///< path and class (0 without one), sorted by path within a class
  std::vector<float> values = {};                                ///< numbers to predict, one a file, in place of classes
  std::shared_ptr<const std::vector<ArchiveFile>> archive = {};  ///< what the files hold when they lie in an archive, in the same order
  std::string target_name = {};                                  ///< the column of a table that labels come from
  std::int64_t skipped = 0;                                      ///< entries of an archive left out before
  bool labelled = true;
};

/// True for a file name that ends as pictures that can be read do: .jpg, .png, .webp, .tif, .ppm, .bmp ..., and is not hidden.
bool is_picture_name(std::string_view path);

/// True when the folder holds a folder with pictures, directly or below train/ and test/ or below one folder that is all there is.
bool is_image_folder(const std::string& folder);

/// Lists a folder with one folder per class. Hidden files and files without a picture's extension are passed over. Throws Error
/// (not_found) when there are no pictures.
ImageList list_images(const std::string& folder, const ImageOptions& options = {});

/// The parts of an archive: `{all}` or `{train, test}`, by folders as on disk; folders that all files share are passed over, and so is all that is
/// no picture. Throws Error (not_found) when there are no pictures, and the errors of read_archive.
std::vector<ImageList> list_image_archive(const std::string& path, const ImageOptions& options = {});

/// A table whose cells name pictures: the column of paths is found by its cells, `target` is a column's name (empty: "label", "class" or "target", else
/// the last column). Paths count from the table's folder, or are absolute. Words and few whole numbers are classes, other numbers are values.
/// Throws Error: not_found, corrupt, invalid_argument as read_csv does.
ImageList list_image_table(const std::string& path, const std::string& target, const ImageOptions& options = {});
/// The cells of a column of such a table, each with its picture's path as ImageList has it; of a picture that is named twice the last one counts.
/// Throws Error: not_found, corrupt as list_image_table does; invalid_argument for a column (a name, or a number from 1) that is not there.
std::map<std::string, std::string> image_table_cells(const std::string& path, const std::string& column);
/// True when one of the columns of this CSV names pictures (by its first rows).
bool is_image_table(const std::string& path);

/// Pictures without labels: one file, those of a folder and of the folders below, or of an archive; sorted by path.
ImageList list_loose_images(const std::string& path, const ImageOptions& options = {});

/// One picture from a file, with the size and channels the options ask for.
Image load_image(const std::string& path, const ImageOptions& options = {});
/// Picture number `index` of a list.
Image load_image(const ImageList& list, std::size_t index, const ImageOptions& options = {});

/// Decodes all of it once, in parallel, before training: decoding ahead of each step would do the same work again in every epoch (see
/// docs/decisions.md). Pixels that do not fit into memory lie in a temporary file and are read as training asks for them. Features
/// u8 [n, height, width, channels], targets i32 (f32 for values), row_names the files. Headers are read and compared before memory is taken.
/// Throws Error (corrupt) for the first picture that cannot be decoded, Error (shape) for the first whose size or channels differ.
Dataset read_images(const ImageList& list, const ImageOptions& options = {});

/// list_images and read_images; a folder with train/ and test/ (or val/, validation/) gives two parts.
Split read_image_folder(const std::string& folder, const ImageOptions& options = {});
/// The same for an archive.
Split read_image_archive(const std::string& path, const ImageOptions& options = {});

}  // namespace candor::data
