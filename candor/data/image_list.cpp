// Which pictures there are, and what their folders say of them: on disk, or as paths inside an archive.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/archive.h"
#include "candor/data/image_parts.h"
#include "candor/data/images.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 13> extensions{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp", ".webp", ".tif", ".tiff"};
constexpr std::array<const char*, 4> test_names{"test", "val", "validation", "valid"};

bool is_hidden(std::string_view name) { return name.empty() || name[0] == '.' || name == "__MACOSX"; }
bool is_picture(const fs::directory_entry& entry) {
  std::error_code ignored;
  return is_picture_name(entry.path().string()) && !entry.is_directory(ignored);
}
std::string base_name(const std::string& path) { return fs::path(path).filename().string(); }

/// Folders or pictures of a folder, sorted by name: the order of a listing differs between machines.
std::vector<std::string> sorted_entries(const std::string& folder, bool folders) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (folders ? entry.is_directory(ignored) && !is_hidden(entry.path().filename().string()) : is_picture(entry)) paths.push_back(entry.path().string());
  }
  if (error) fail(error == std::errc::no_such_file_or_directory ? ErrorKind::not_found : ErrorKind::io, folder + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

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

/// The number of the class, which is entered unless the classes are given. Throws for one that is not among them.
std::int32_t class_number(ImageList& list, const std::string& name, bool given, const std::string& where) {
  auto found = std::find(list.class_names.begin(), list.class_names.end(), name);
  if (found == list.class_names.end()) {
    if (given)
      fail(ErrorKind::invalid_argument, where + ": class " + candor::quoted(name) + " is unknown; the classes are " + name_list(list.class_names, 20));
    found = list.class_names.insert(found, name);
  }
  return static_cast<std::int32_t>(found - list.class_names.begin());
}

/// A picture of an archive by its folders.
struct Place {
  std::size_t file;
  std::vector<std::string_view> folders;  ///< those above it
};

std::size_t shared_folders(const std::vector<Place>& places) {
  std::size_t shared = places.front().folders.size();
  for (const Place& p : places) {
    std::size_t same = 0;
    while (same < shared && same < p.folders.size() && p.folders[same] == places.front().folders[same]) ++same;
    shared = same;
  }
  return shared;
}

ImageList part_of(std::vector<ArchiveFile>& files, std::vector<Place> places, std::size_t level, const std::string& archive, const ImageOptions& options) {
  ImageList list;
  list.folder = archive;
  list.labelled = options.labelled;
  list.class_names = options.class_names;
  const auto by_path = [&](const Place& a, const Place& b) { return std::pair(a.folders[level], std::string_view(files[a.file].path)) < std::pair(b.folders[level], std::string_view(files[b.file].path)); };
  std::sort(places.begin(), places.end(), by_path);
  auto kept = std::make_shared<std::vector<ArchiveFile>>();
  for (const Place& p : places) {
    const std::string path = archive + "/" + files[p.file].path;
    list.files.emplace_back(path, class_number(list, std::string(p.folders[level]), !options.class_names.empty(), path));
  }
  for (const Place& p : places) kept->push_back(std::move(files[p.file]));  // the folders are views into its path
  list.archive = std::move(kept);
  return list;
}

bool is_archived_picture(std::string_view path) {
  for (const std::string_view part : split_text(path, '/'))
    if (is_hidden(part)) return false;
  return is_picture_name(path);
}

void add_below(const std::string& folder, int depth, std::vector<std::string>& paths) {
  for (std::string& path : sorted_entries(folder, false)) paths.push_back(std::move(path));
  if (depth == 0) return;
  for (const std::string& below : sorted_entries(folder, true))
    if (!fs::is_symlink(below)) add_below(below, depth - 1, paths);
}

}  // namespace

bool is_picture_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  if (is_hidden(name) || dot == std::string_view::npos) return false;
  return std::find(extensions.begin(), extensions.end(), lower_case(name.substr(dot))) != extensions.end();
}

std::optional<std::string> detail::part_folder(const std::string& folder, bool train) {
  if (train) return has_pictures_per_class(folder + "/train") ? std::optional(folder + "/train") : std::nullopt;
  for (const char* name : test_names)
    if (has_pictures_per_class(folder + "/" + name)) return folder + "/" + name;
  return std::nullopt;
}

std::string detail::unwrapped(const std::string& folder) {
  std::string inner = folder;
  for (int depth = 0; depth < 3; ++depth) {
    std::error_code error;
    if (!fs::is_directory(inner, error) || has_pictures_per_class(inner) || part_folder(inner, true)) return inner;
    const std::vector<std::string> below = sorted_entries(inner, true);
    if (below.size() != 1) break;
    inner = below[0];
  }
  return has_pictures_per_class(inner) || part_folder(inner, true) ? inner : folder;
}

bool is_image_folder(const std::string& folder) {
  const std::string inner = detail::unwrapped(folder);
  return has_pictures_per_class(inner) || detail::part_folder(inner, true).has_value();
}

ImageList list_images(const std::string& folder, const ImageOptions& options) {
  ImageList list;
  list.folder = folder;
  const std::vector<std::string> classes = sorted_entries(folder, true);
  list.class_names = options.class_names;
  for (const std::string& path : classes) {
    const std::vector<std::string> pictures = sorted_entries(path, false);
    if (pictures.empty()) continue;
    const std::int32_t number = class_number(list, base_name(path), !options.class_names.empty(), path);
    for (const std::string& picture : pictures) list.files.emplace_back(picture, number);
  }
  if (list.files.empty()) {
    const std::size_t loose = sorted_entries(folder, false).size();
    fail(ErrorKind::not_found, folder + ": no pictures found in folders of this folder" +
                                   (loose ? ", but " + std::to_string(loose) + " directly in it; a folder per class is expected, e.g. " + folder + "/cat/1.jpg"
                                          : "; a folder per class is expected, with .jpg, .png, .webp, .tif, .ppm or .bmp files in it"));
  }
  return list;
}

std::vector<ImageList> list_image_archive(const std::string& path, const ImageOptions& options) {
  std::int64_t skipped = 0;
  std::vector<ArchiveFile> files = read_archive(path, is_archived_picture, options.skip_bad, &skipped);
  if (files.empty()) fail(ErrorKind::not_found, path + ": holds no pictures (.jpg, .png, .webp, .tif, .ppm or .bmp); unpack an archive of tables, and name one of them");
  std::map<std::string_view, std::size_t> latest;  // of two entries of one name the later one counts, as when they are unpacked
  for (std::size_t i = 0; i < files.size(); ++i) latest[files[i].path] = i;
  std::vector<Place> places;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (latest.at(files[i].path) != i) continue;
    Place place{i, split_text(files[i].path, '/')};
    place.folders.pop_back();
    places.push_back(std::move(place));
  }
  const std::size_t level = shared_folders(places);
  std::vector<Place> train, test, other;
  for (Place& p : places) {
    if (p.folders.size() <= level) {
      fail(ErrorKind::not_found, path + ": " + files[p.file].path + " lies in no folder of its own class; a folder per class is expected, as cat/1.jpg");
    }
    const std::string first = lower_case(p.folders[level]);
    const bool is_test = std::find(test_names.begin(), test_names.end(), first) != test_names.end();
    const bool deep = p.folders.size() > level + 1;
    (deep && first == "train" ? train : deep && is_test ? test : other).push_back(std::move(p));
  }
  std::vector<ImageList> parts;
  if (train.empty() || !other.empty()) {
    for (std::vector<Place>* part : {&train, &test}) other.insert(other.end(), std::make_move_iterator(part->begin()), std::make_move_iterator(part->end()));
    parts.push_back(part_of(files, std::move(other), level, path, options));
  } else {
    parts.push_back(part_of(files, std::move(train), level + 1, path, options));
    ImageOptions same = options;
    same.class_names = parts[0].class_names;
    if (!test.empty()) parts.push_back(part_of(files, std::move(test), level + 1, path, same));
  }
  parts[0].skipped = skipped;
  return parts;
}

ImageList list_loose_images(const std::string& path, const ImageOptions& options) {
  ImageList list;
  list.folder = path;
  list.labelled = false;
  std::vector<std::string> paths;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    add_below(path, 8, paths);
  } else if (is_archive_name(path)) {
    auto files = std::make_shared<std::vector<ArchiveFile>>(read_archive(path, is_archived_picture, options.skip_bad, &list.skipped));
    std::sort(files->begin(), files->end(), [](const ArchiveFile& a, const ArchiveFile& b) { return a.path < b.path; });
    for (const ArchiveFile& file : *files) paths.push_back(path + "/" + file.path);
    list.archive = std::move(files);
  } else {
    paths.push_back(path);
  }
  if (paths.empty()) fail(ErrorKind::not_found, path + ": holds no pictures (.jpg, .png, .webp, .tif, .ppm or .bmp)");
  for (std::string& p : paths) list.files.emplace_back(std::move(p), 0);
  return list;
}

}  // namespace candor::data
