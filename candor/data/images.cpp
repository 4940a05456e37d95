#include "candor/data/images.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/image.h"
#include "candor/data/row_memory.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> extensions{".jpg", ".jpeg", ".jpe", ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp"};

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.empty() || name[0] == '.' || name == "__MACOSX";
}
bool is_picture(const fs::directory_entry& entry) {
  std::error_code ignored;
  if (is_hidden(entry.path()) || entry.is_directory(ignored)) return false;
  const std::string extension = lower_case(entry.path().extension().string());
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

/// Folders or pictures of a folder, sorted by name: the order of a listing differs between machines.
std::vector<std::string> sorted_entries(const std::string& folder, bool folders) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (folders ? entry.is_directory(ignored) && !is_hidden(entry.path()) : is_picture(entry)) paths.push_back(entry.path().string());
  }
  if (error) fail(error == std::errc::no_such_file_or_directory ? ErrorKind::not_found : ErrorKind::io, folder + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string base_name(const std::string& path) { return fs::path(path).filename().string(); }

bool has_pictures_per_class(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  for (const std::string& part : sorted_entries(folder, true)) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(part, ignored))
      if (is_picture(entry)) return true;
  }
  return false;
}

std::optional<std::string> part_folder(const std::string& folder, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (has_pictures_per_class(folder + "/" + name)) return folder + "/" + name;
  return std::nullopt;
}

std::string others_text(std::size_t bad, std::size_t all) {
  if (bad == 1) return ".  The other " + with_thousands(static_cast<std::int64_t>(all - 1)) + " files are fine; skip it with --skip-bad";
  return ".  " + with_thousands(static_cast<std::int64_t>(bad)) + " of " + with_thousands(static_cast<std::int64_t>(all)) +
         " files cannot be read; skip them with --skip-bad";
}

[[noreturn]] void fail_bad(const std::vector<std::optional<Error>>& errors) {
  std::size_t count = 0, first = errors.size();
  for (std::size_t i = errors.size(); i-- > 0;)
    if (errors[i]) ++count, first = i;
  throw Error(errors[first]->kind(), errors[first]->message() + others_text(count, errors.size()));
}

/// Runs f(i) for each file in parallel and keeps what went wrong.
template <class F>
void each_file(std::size_t count, std::vector<std::optional<Error>>& errors, F&& f) {
  parallel_for(static_cast<std::int64_t>(count), [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    if (errors[at]) return;
    try {
      f(at);
    } catch (const Error& error) {
      errors[at] = error;
    } catch (const std::exception& error) {
      errors[at] = Error(ErrorKind::io, error.what());
    }
  });
}

/// Size and channels that every picture is to have: those asked for, the rest from the first good picture.
ImageSize common_size(const ImageList& list, const ImageOptions& options, const std::vector<ImageSize>& sizes,
                      const std::vector<std::optional<Error>>& errors) {
  const bool resize = options.height > 0;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (errors[i]) continue;
    if (!first) first = i;
    const ImageSize &want = sizes[*first], &got = sizes[i];
    const bool size_differs = !resize && (got.height != want.height || got.width != want.width);
    const bool depth_differs = options.channels == 0 && got.channels != want.channels;
    if (!size_differs && !depth_differs) continue;
    std::size_t odd = 0;
    for (std::size_t j = i; j < sizes.size(); ++j)
      odd += !errors[j] && ((!resize && (sizes[j].height != want.height || sizes[j].width != want.width)) ||
                            (options.channels == 0 && sizes[j].channels != want.channels));
    fail(ErrorKind::shape, list.files[i].first + ": " + to_string(got) + ", but " + list.files[*first].first + " has " + to_string(want) + "; " +
                               with_thousands(static_cast<std::int64_t>(odd)) + " of " + with_thousands(static_cast<std::int64_t>(sizes.size())) +
                               " pictures differ.  Give a size" + (depth_differs ? " and a number of channels" : "") + " to bring them to, e.g. " +
                               (size_differs ? "--size " + std::to_string(want.height) + "x" + std::to_string(want.width) + (depth_differs ? " " : "") : "") +
                               (depth_differs ? "--channels 3" : ""));
  }
  ImageSize size = sizes[*first];
  if (resize) size.height = options.height, size.width = options.width > 0 ? options.width : options.height;
  if (options.channels > 0) size.channels = options.channels;
  return size;
}

}  // namespace

bool is_image_folder(const std::string& folder) { return has_pictures_per_class(folder) || part_folder(folder, {"train"}).has_value(); }

ImageList list_images(const std::string& folder, const ImageOptions& options) {
  ImageList list;
  list.folder = folder;
  const std::vector<std::string> classes = sorted_entries(folder, true);
  list.class_names = options.class_names;
  if (list.class_names.empty())
    for (const std::string& path : classes)
      if (!sorted_entries(path, false).empty()) list.class_names.push_back(base_name(path));
  for (const std::string& path : classes) {
    const std::vector<std::string> pictures = sorted_entries(path, false);
    if (pictures.empty()) continue;
    const auto found = std::find(list.class_names.begin(), list.class_names.end(), base_name(path));
    if (found == list.class_names.end())
      fail(ErrorKind::invalid_argument, path + ": class " + candor::quoted(base_name(path)) + " is unknown; the classes are " + name_list(list.class_names, 20));
    for (const std::string& picture : pictures) list.files.emplace_back(picture, static_cast<std::int32_t>(found - list.class_names.begin()));
  }
  if (list.files.empty()) {
    const std::size_t loose = sorted_entries(folder, false).size();
    fail(ErrorKind::not_found, folder + ": no pictures found in folders of this folder" +
                                   (loose ? ", but " + std::to_string(loose) + " directly in it; a folder per class is expected, e.g. " + folder + "/cat/1.jpg"
                                          : "; a folder per class is expected, with .jpg, .png, .ppm or .bmp files in it"));
  }
  return list;
}

Image load_image(const std::string& path, const ImageOptions& options) {
  Image image = decode_image(MappedFile(path).bytes(), path);
  if (options.channels > 0) image = with_channels(std::move(image), options.channels);
  if (options.height > 0) image = resized(image, options.height, options.width > 0 ? options.width : options.height);
  return image;
}

Dataset read_images(const ImageList& list, const ImageOptions& options) {
  if (options.height < 0 || options.width < 0 || (options.width > 0 && options.height == 0) || options.channels < 0 || options.channels > 4)
    fail(ErrorKind::invalid_argument, "image size " + std::to_string(options.width) + " x " + std::to_string(options.height) + ", channels " +
                                          std::to_string(options.channels) + ": sizes are positive, channels 1 to 4");
  const std::size_t count = list.files.size();
  std::vector<std::optional<Error>> errors(count);
  std::vector<ImageSize> sizes(count);
  each_file(count, errors, [&](std::size_t i) {
    const std::string& path = list.files[i].first;
    sizes[i] = read_image_header(MappedFile(path).bytes(), path);
  });
  const auto bad_count = [&] { return static_cast<std::size_t>(std::count_if(errors.begin(), errors.end(), [](const auto& e) { return e.has_value(); })); };
  if (count == 0 || bad_count() == count) {
    if (count == 0) fail(ErrorKind::not_found, list.folder + ": no pictures");
    throw Error(errors[0]->kind(), errors[0]->message() + "; none of the " + std::to_string(count) + " pictures can be read");
  }
  if (bad_count() > 0 && !options.skip_bad) {
    each_file(count, errors, [&](std::size_t i) { load_image(list.files[i].first, options); });  // what is said of the others must be true
    fail_bad(errors);
  }
  const ImageSize size = common_size(list, options, sizes, errors);
  const Shape shape{static_cast<std::int64_t>(count), size.height, size.width, size.channels};
  const Tensor pixels = make_rows({shape, DType::u8}, options.memory);
  const std::size_t bytes = pixels.type().bytes() / count;
  each_file(count, errors, [&](std::size_t i) {
    const Image image = load_image(list.files[i].first, options);
    if (image.pixels.size() != bytes) fail(ErrorKind::corrupt, list.files[i].first + ": the picture differs from its header");
    std::memcpy(pixels.mutable_data<std::uint8_t>() + i * bytes, image.pixels.data(), bytes);
  });
  if (bad_count() > 0 && !options.skip_bad) fail_bad(errors);

  Dataset result;
  std::vector<std::int32_t> labels;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (errors[i]) continue;
    if (kept != i) std::memmove(pixels.mutable_data<std::uint8_t>() + kept * bytes, pixels.mutable_data<std::uint8_t>() + i * bytes, bytes);
    labels.push_back(list.files[i].second);
    ++kept;
  }
  result.features = pixels.view_slice(0, 0, static_cast<std::int64_t>(kept));
  result.targets = Tensor::from(labels);
  result.class_names = list.class_names;
  result.source = list.folder;
  result.skipped = static_cast<std::int64_t>(count - kept);
  if (kept == 0) throw Error(errors[0]->kind(), errors[0]->message() + "; none of the " + std::to_string(count) + " pictures can be read");
  return result;
}

Split read_image_folder(const std::string& folder, const ImageOptions& options) {
  const auto train = part_folder(folder, {"train"}), test = part_folder(folder, {"test", "val", "validation", "valid"});
  Split parts;
  if (!train) {
    parts.train = read_images(list_images(folder, options), options);
    return parts;
  }
  parts.train = read_images(list_images(*train, options), options);
  if (!test) return parts;
  ImageOptions same = options;
  same.class_names = parts.train.class_names;
  parts.test = read_images(list_images(*test, same), same);
  if (parts.test.row_shape() != parts.train.row_shape())
    fail(ErrorKind::shape, folder + ": train pictures are " + to_string(parts.train.row_shape()) + ", test pictures " +
                               to_string(parts.test.row_shape()) + " (height, width, channels); give a size to bring them to");
  return parts;
}

}  // namespace candor::data
