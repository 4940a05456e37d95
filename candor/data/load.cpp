#include "candor/data/load.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/archive.h"
#include "candor/data/catalogue.h"
#include "candor/data/generators.h"
#include "candor/data/idx.h"
#include "candor/data/locate.h"
#include "candor/data/numpy.h"
#include "candor/data/table/packed_file.h"
#include "candor/data/table/read_table.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

/// Names that lie in a folder, for suggestions.
void add_entries(const std::string& folder, const std::string& prefix, std::vector<std::string>& names) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.empty() && name[0] != '.') names.push_back(prefix + name);
    if (names.size() > 5000) return;
  }
}

[[noreturn]] void fail_unknown(const std::string& name) {
  if (lower_case(name) == "mnist") mnist();  // not there, so this throws, and says how to get it
  const std::size_t end = name.find('/');
  if (const CatalogueEntry* entry = find_in_catalogue(name.substr(0, end))) {
    fail(ErrorKind::not_found, "no data named " + candor::quoted(name, 200) + ": looked for " + places_text(name) +
                                   (entry->by_hand.empty() ? "; `candor data get " + entry->name + "` fetches it" : "; " + entry->by_hand));
  }
  std::vector<std::string> names = generator_names();
  for (const CatalogueEntry& entry : catalogue()) names.push_back(entry.name);
  const std::size_t slash = name.rfind('/');
  const std::string prefix = slash == std::string::npos ? "" : name.substr(0, slash + 1);
  add_entries(prefix, prefix, names);
  const char* data = std::getenv("CANDOR_DATA");
  if (data && *data && !prefix.starts_with('/')) add_entries(std::string(data) + "/" + prefix, prefix, names);
  std::sort(names.begin() + static_cast<std::ptrdiff_t>(generator_names().size()), names.end());
  fail(ErrorKind::not_found, "no data named " + candor::quoted(name, 200) + ": looked for " + places_text(name) + ", and for a generator (" +
                                 name_list(generator_names()) + ")" + did_you_mean(name, names));
}

bool starts_like_idx(const std::string& path) {
  const std::string name = lower_case(fs::path(path).filename().string());
  return name.find("-idx") != std::string::npos || name.ends_with(".idx") || name.ends_with(".idx.gz");
}

/// What a folder of pictures holds beside them that looks like more of the same: classes without a picture, kinds of pictures that are not read.
std::vector<std::string> passed_over(const std::string& path) {
  std::vector<std::string> empty, unread, notes;
  std::error_code ignored;
  for (const auto& part : fs::directory_iterator(path, ignored)) {
    std::error_code error;
    const std::string name = part.path().filename().string();
    if (!part.is_directory(error) || name.starts_with('.') || name == "__MACOSX") continue;
    bool any = false;
    for (const auto& entry : fs::directory_iterator(part.path(), error)) {
      any = any || entry.is_directory(error) || is_picture_name(entry.path().string());
      const std::string lower = lower_case(entry.path().extension().string());
      for (const char* other : {".gif", ".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".psd", ".tga", ".raw", ".dng"})
        if (lower == other) unread.push_back(name + "/" + entry.path().filename().string());
    }
    if (!any) empty.push_back(name);
  }
  std::sort(empty.begin(), empty.end());
  std::sort(unread.begin(), unread.end());
  if (!empty.empty()) notes.push_back("folders without a picture are no classes: " + name_list(empty, 5));
  if (!unread.empty()) notes.push_back("pictures of kinds that are not read were passed over: " + name_list(unread, 5) + "; save them as PNG or JPEG");
  return notes;
}

Loaded load_folder(const std::string& path, const LoadOptions& options) {
  Loaded result;
  result.path = path;
  Split parts;
  if (!options.images.labelled && !is_idx_folder(path)) {
    result.kind = SourceKind::images;
    parts.train = read_images(list_loose_images(path, options.images), options.images);
  } else if (is_idx_folder(path)) {
    result.kind = SourceKind::idx;
    parts = read_idx_folder(path);
  } else if (is_image_folder(path)) {
    result.kind = SourceKind::images;
    parts = read_image_folder(path, options.images);
    for (std::string& note : passed_over(path)) parts.train.notes.push_back(std::move(note));
  } else {
    std::vector<std::string> tables, archives;
    std::int64_t loose = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(path, ignored)) {
      loose += is_picture_name(entry.path().string());
      const std::string name = entry.path().filename().string();
      const std::string plain = lower_case(detail::without_packing(name));
      if (plain.ends_with(".csv") || plain.ends_with(".tsv") || plain.ends_with(".jsonl")) tables.push_back(name);
      if (is_archive_name(name)) archives.push_back(name);
    }
    std::sort(tables.begin(), tables.end());
    std::sort(archives.begin(), archives.end());
    fail(ErrorKind::not_found, path + ": neither a folder of pictures per class (.jpg, .png, .webp, .tif, .ppm, .bmp in folders) nor IDX files named as MNIST's" +
                                   (loose == 0 ? "" : "; " + with_thousands(loose) + (loose == 1 ? " picture lies" : " pictures lie") + " directly in it: put those of each class into a folder of its own, as " + path + "/cat/1.jpg, or name a table of paths and labels") +
                                   (tables.empty() ? "" : "; it holds tables, name one of them: " + name_list(tables)) +
                                   (archives.empty() ? "" : "; it holds archives, name one of them: " + name_list(archives)));
  }
  result.train = std::move(parts.train);
  result.test = std::move(parts.test);
  return result;
}

/// Pictures that a file holds or names.
Split read_pictures(const std::string& path, const LoadOptions& options) {
  const ImageOptions& images = options.images;
  const bool archive = is_archive_name(path);
  if (!archive && !is_picture_name(path)) {
    ImageOptions o = images;
    o.labelled = images.labelled && options.csv.has_targets;
    return {read_images(list_image_table(path, options.csv.targets.empty() ? "" : options.csv.targets[0], o), o), {}};
  }
  if (!images.labelled) return {read_images(list_loose_images(path, images), images), {}};
  if (!archive) fail(ErrorKind::invalid_argument, path + ": one picture alone; name a folder with a folder of pictures per class");
  return read_image_archive(path, images);
}

}  // namespace

std::string_view to_string(SourceKind kind) {
  switch (kind) {
    case SourceKind::generator: return "generator";
    case SourceKind::idx: return "idx";
    case SourceKind::csv: return "csv";
    case SourceKind::images: return "images";
  }
  return "csv";
}

namespace {

// What lies here comes first, then a generator, then CANDOR_DATA: what is asked for by name works in an empty folder, and in one where
// `candor train digits --out digits` left its model.
bool means_generator(const std::string& name) {
  std::error_code ignored;
  return is_generator(name) && (!fs::exists(name, ignored) || (fs::is_directory(name, ignored) && !is_idx_folder(name) && !is_image_folder(name)));
}

}  // namespace

SourceKind kind_of(const std::string& name) {
  std::error_code ignored;
  if (means_generator(name)) return SourceKind::generator;
  if (is_table_url(name)) return SourceKind::csv;
  const auto path = locate(name);
  if (!path) fail_unknown(name);
  if (fs::is_directory(*path, ignored)) return is_idx_folder(*path) ? SourceKind::idx : SourceKind::images;
  if (is_npz_dataset(*path)) return SourceKind::idx;
  return starts_like_idx(*path) || is_archive_name(*path) || is_picture_name(*path) || is_image_table(*path) ? SourceKind::images : SourceKind::csv;
}

Loaded load(const std::string& name, const LoadOptions& options) {
  std::error_code ignored;
  Loaded result;
  if (means_generator(name)) {
    result.kind = SourceKind::generator;
    result.path = name;
    result.train = generate(name, options.rows, options.seed);
    return result;
  }
  const auto path = locate(name);
  if (!path) fail_unknown(name);
  if (fs::is_directory(*path, ignored)) return load_folder(*path, options);
  if (starts_like_idx(*path))
    fail(ErrorKind::invalid_argument, *path + ": one IDX file alone; name its folder, which holds images and labels");
  result.path = *path;
  if (is_npz_dataset(*path)) {
    result.kind = SourceKind::idx;
    Split parts = read_npz_dataset(*path);
    result.train = std::move(parts.train);
    result.test = std::move(parts.test);
    return result;
  }
  if (is_archive_name(*path) || is_picture_name(*path) || is_image_table(*path)) {
    result.kind = SourceKind::images;
    Split parts = read_pictures(*path, options);
    result.train = std::move(parts.train);
    result.test = std::move(parts.test);
    return result;
  }
  result.kind = SourceKind::csv;
  result.train = read_csv(*path, options.csv);
  return result;
}

}  // namespace candor::data
