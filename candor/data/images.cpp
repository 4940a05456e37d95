#include "candor/data/images.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/archive.h"
#include "candor/data/image_parts.h"
#include "candor/data/row_memory.h"

namespace candor::data {
namespace {

std::string others_text(std::size_t bad, std::size_t all) {
  if (bad == 1) return ". The other " + with_thousands(static_cast<std::int64_t>(all - 1)) + " files are fine; skip it with --skip-bad";
  return ". " + with_thousands(static_cast<std::int64_t>(bad)) + " of " + with_thousands(static_cast<std::int64_t>(all)) +
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

/// The bytes of a picture, wherever they lie.
template <class F>
auto with_bytes(const ImageList& list, std::size_t index, F&& use) {
  const std::string& path = list.files[index].first;
  if (list.archive) return use(std::span<const std::byte>((*list.archive)[index].bytes), path);
  const MappedFile file(path);
  return use(file.bytes(), path);
}

Image decoded(std::span<const std::byte> bytes, const std::string& path, const ImageOptions& o) {
  const ImageSize wanted{o.height, o.width > 0 ? o.width : o.height, o.channels};
  Image image = decode_image(bytes, path, wanted);
  if (o.channels > 0) image = with_channels(std::move(image), o.channels);
  if (o.height > 0) image = fitted(image, wanted.height, wanted.width, o.fit, {.method = o.resampling});
  return image;
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

/// Sides longer than this are made smaller when the size is left to us: a network from scratch learns little from more, and each step costs four times
/// as much at twice the side. Small ones of many sizes are made larger: convolutions halve them several times.
constexpr std::int64_t longest_side = 64, least_side = 48;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A size and a depth for pictures that differ, or are large: the middle one of both sides, in steps of 8 pixels; colour when any picture has it.
ImageOptions chosen_size(ImageOptions o, const std::vector<ImageSize>& sizes, const std::vector<std::optional<Error>>& errors, std::vector<std::string>& notes) {
  std::vector<double> heights, widths;
  std::set<std::pair<std::int64_t, std::int64_t>> different;
  std::set<int> depths;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (errors[i]) continue;
    heights.push_back(static_cast<double>(sizes[i].height));
    widths.push_back(static_cast<double>(sizes[i].width));
    different.emplace(sizes[i].height, sizes[i].width);
    depths.insert(sizes[i].channels);
  }
  if (heights.empty()) return o;
  const double height = median(std::move(heights)), width = median(std::move(widths)), longest = std::max(height, width);
  if (o.height == 0 && (different.size() > 1 || longest > static_cast<double>(longest_side))) {
    const double scale = std::clamp(1.0, static_cast<double>(least_side) / longest, static_cast<double>(longest_side) / longest);
    const auto side = [&](double old) { return std::max<std::int64_t>(8, 8 * std::llround(old * scale / 8)); };
    o.height = side(height), o.width = side(width);
    const std::string size = std::to_string(o.width) + " x " + std::to_string(o.height) + " pixels (width x height); --size HEIGHTxWIDTH gives another";
    notes.push_back(different.size() > 1 ? "pictures of " + with_thousands(static_cast<std::int64_t>(different.size())) + " different sizes are brought to " + size
                                         : "pictures of " + std::to_string(static_cast<std::int64_t>(width)) + " x " + std::to_string(static_cast<std::int64_t>(height)) +
                                               " are brought to " + size);
  }
  if (o.channels == 0 && (depths.size() > 1 || *depths.begin() % 2 == 0)) {
    o.channels = depths.contains(3) || depths.contains(4) ? 3 : 1;
    notes.push_back(o.channels == 3 ? "all pictures are brought to colour (3 channels)" : "all pictures are brought to grey (1 channel)");
    if (depths.contains(2) || depths.contains(4)) notes.back() += ", without transparency";
    notes.back() += "; --channels gives another depth";
  }
  return o;
}

Split both(Dataset train, std::optional<Dataset> test, const std::string& folder) {
  Split parts{std::move(train), {}};
  if (!test) return parts;
  parts.test = std::move(*test);
  if (parts.test.row_shape() != parts.train.row_shape())
    fail(ErrorKind::shape, folder + ": train pictures are " + to_string(parts.train.row_shape()) + ", test pictures " +
                               to_string(parts.test.row_shape()) + " (height, width, channels); give a size to bring them to");
  return parts;
}

/// The test part is read as the training part came out.
ImageOptions as_read(ImageOptions o, const Dataset& train) {
  o.class_names = train.class_names;
  if (o.choose_size) {
    o.height = train.row_shape()[0], o.width = train.row_shape()[1];
    o.channels = static_cast<int>(train.row_shape()[2]);
  }
  return o;
}

}  // namespace

Image load_image(const std::string& path, const ImageOptions& options) { return decoded(MappedFile(path).bytes(), path, options); }
Image load_image(const ImageList& list, std::size_t index, const ImageOptions& options) {
  return with_bytes(list, index, [&](std::span<const std::byte> bytes, const std::string& path) { return decoded(bytes, path, options); });
}

Dataset read_images(const ImageList& list, const ImageOptions& given) {
  ImageOptions options = given;
  if (options.height < 0 || options.width < 0 || (options.width > 0 && options.height == 0) || options.channels < 0 || options.channels > 4)
    fail(ErrorKind::invalid_argument, "image size " + std::to_string(options.width) + " x " + std::to_string(options.height) + ", channels " +
                                          std::to_string(options.channels) + ": sizes are positive, channels 1 to 4");
  const std::size_t count = list.files.size();
  std::vector<std::optional<Error>> errors(count);
  std::vector<ImageSize> sizes(count);
  each_file(count, errors, [&](std::size_t i) {
    sizes[i] = with_bytes(list, i, [](std::span<const std::byte> bytes, const std::string& path) { return read_image_header(bytes, path); });
  });
  const auto bad_count = [&] { return static_cast<std::size_t>(std::count_if(errors.begin(), errors.end(), [](const auto& e) { return e.has_value(); })); };
  if (count == 0 || bad_count() == count) {
    if (count == 0) fail(ErrorKind::not_found, list.folder + ": no pictures");
    throw Error(errors[0]->kind(), errors[0]->message() + "; none of the " + std::to_string(count) + " pictures can be read");
  }
  if (bad_count() > 0 && !options.skip_bad) {
    each_file(count, errors, [&](std::size_t i) { load_image(list, i, options); });  // what is said of the others must be true
    fail_bad(errors);
  }
  Dataset result;
  if (options.choose_size) options = chosen_size(options, sizes, errors, result.notes);
  const ImageSize size = common_size(list, options, sizes, errors);
  const Shape shape{static_cast<std::int64_t>(count), size.height, size.width, size.channels};
  const Tensor pixels = make_rows({shape, DType::u8}, options.memory);
  const std::size_t bytes = pixels.type().bytes() / count;
  each_file(count, errors, [&](std::size_t i) {
    const Image image = load_image(list, i, options);
    if (image.pixels.size() != bytes) fail(ErrorKind::corrupt, list.files[i].first + ": the picture differs from its header");
    std::memcpy(pixels.mutable_data<std::uint8_t>() + i * bytes, image.pixels.data(), bytes);
  });
  if (bad_count() > 0 && !options.skip_bad) fail_bad(errors);

  std::vector<std::int32_t> labels;
  std::vector<float> values;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (errors[i]) continue;
    if (kept != i) std::memmove(pixels.mutable_data<std::uint8_t>() + kept * bytes, pixels.mutable_data<std::uint8_t>() + i * bytes, bytes);
    labels.push_back(list.files[i].second);
    if (!list.values.empty()) values.push_back(list.values[i]);
    result.row_names.push_back(list.files[i].first);
    ++kept;
  }
  result.features = pixels.view_slice(0, 0, static_cast<std::int64_t>(kept));
  if (list.labelled) {
    result.targets = list.values.empty() ? Tensor::from(labels) : Tensor::from(values);
    if (list.values.empty()) result.class_names = list.class_names;
    if (!list.target_name.empty()) result.target_names = {list.target_name};
  }
  result.source = list.folder;
  result.skipped = static_cast<std::int64_t>(count - kept) + list.skipped;
  if (kept == 0) throw Error(errors[0]->kind(), errors[0]->message() + "; none of the " + std::to_string(count) + " pictures can be read");
  return result;
}

Split read_image_folder(const std::string& given, const ImageOptions& options) {
  const std::string folder = detail::unwrapped(given);
  const auto train = detail::part_folder(folder, true), test = detail::part_folder(folder, false);
  if (!train) return {read_images(list_images(folder, options), options), {}};
  Dataset first = read_images(list_images(*train, options), options);
  if (!test) return {std::move(first), {}};
  const ImageOptions same = as_read(options, first);
  return both(std::move(first), read_images(list_images(*test, same), same), folder);
}

Split read_image_archive(const std::string& path, const ImageOptions& options) {
  std::vector<ImageList> parts = list_image_archive(path, options);
  Dataset first = read_images(parts[0], options);
  parts[0].archive.reset();  // its packed pictures are no longer needed
  if (parts.size() == 1) return {std::move(first), {}};
  const ImageOptions same = as_read(options, first);
  return both(std::move(first), read_images(parts[1], same), path);
}

}  // namespace candor::data
